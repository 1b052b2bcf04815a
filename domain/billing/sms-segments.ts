export type SmsEncoding = "GSM-7" | "UCS-2";

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENDED = new Set("\f^{}\\[~]|€");

const LIMITS = { "GSM-7": { single: 160, part: 153 }, "UCS-2": { single: 70, part: 67 } } as const;

/** How many segments a number of encoded characters takes. Nothing to send is no segment. */
export function countSegments(characters: number, encoding: SmsEncoding): number {
  if (characters <= 0) return 0;
  const { single, part } = LIMITS[encoding];
  return characters <= single ? 1 : Math.ceil(characters / part);
}

/**
 * The encoding, encoded length and segments of a text message. GSM-7 where its alphabet suffices (its extension
 * characters count two and are never cut in half), else UCS-2 by UTF-16 units (surrogate pairs stay together).
 */
export function measureSms(text: string): { encoding: SmsEncoding; characters: number; segments: number } {
  const symbols = [...text];
  const gsm = symbols.every((symbol) => BASIC.has(symbol) || EXTENDED.has(symbol));
  const encoding: SmsEncoding = gsm ? "GSM-7" : "UCS-2";
  const widths = symbols.map((symbol) => (gsm ? (EXTENDED.has(symbol) ? 2 : 1) : symbol.length));
  const characters = widths.reduce((sum, width) => sum + width, 0);
  const { single, part } = LIMITS[encoding];
  if (characters <= single) return { encoding, characters, segments: characters === 0 ? 0 : 1 };
  let segments = 1;
  let room = part;
  for (const width of widths) {
    if (width > room) {
      segments += 1;
      room = part;
    }
    room -= width;
  }
  return { encoding, characters, segments };
}
