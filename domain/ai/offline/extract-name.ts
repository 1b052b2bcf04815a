/** Ways to ask for a thing, up to where its name begins. */
const LEADS = [
  /^(?:please\s+)?(?:extract|find|give|return|identify|tell)\b[^:\n]{0,120}:\s*/i,
  /\b(?:i|we)\s*(?:'d|would)?\s*(?:really\s+)?(?:want|wanna|need|like|love|wish|am looking|'m looking|are looking)\s+(?:to\s+)?(?:buy|purchase|order|get|have|see|try|know about|for|ask about)?\s*/i,
  /\b(?:can|could|may)\s+(?:i|we|you)\s+(?:please\s+)?(?:buy|purchase|order|get|have|show me|send me|tell me about|find)\s+/i,
  /\b(?:do|does|have)\s+(?:you|u)\s+(?:guys\s+)?(?:have|sell|stock|carry|got)\s+/i,
  /\b(?:looking|searching|shopping|hoping)\s+(?:for|to\s+(?:buy|get|order))\s+/i,
  /\b(?:is|are)\s+(?:the|your)\s+(?=[\p{Lu}\d])/u,
  /\b(?:price|cost|availability|details|info|information)\s+(?:of|for|on|about)\s+/i,
  /\b(?:how much (?:is|are|for|does|do)|what about|tell me about|interested in|quiero(?: comprar)?|busco|ich (?:möchte|will)(?: gerne)?)\s+/i,
  /\b(?:buy|purchase|order|get|grab|add|sell me)\s+(?:me\s+)?/i,
];
const TAIL =
  /\s*(?:\b(?:please|pls|thanks|thank you|today|tomorrow|now|asap|right away|in stock|available|cost|from (?:you|your)\b.*|for (?:me|my|her|his|our|a)\b.*|if\b.*|and (?:can|how|when|what|i|also)\b.*|do you\b.*|is it\b.*|kaufen|bestellen)\b)?[\s.!?,;:]*$/i;
const DETERMINER =
  /^(?:(?:a|an|the|some|any|your|my|one|this|that|these|those|pair of|couple of|new|un|una|el|la|ein|eine|einen)\s+|\d+\s*(?:x\s*)?(?=\p{L}))+/iu;
const EMPTY = /^(?:it|that|this|something|anything|one|them|stuff|things?|products?|you|help)$/i;

function trimEnds(words: string): string {
  let before = "";
  let now = words;
  while (now !== before) {
    before = now;
    now = now.replace(TAIL, "").replace(DETERMINER, "").trim();
  }
  return now.replace(/^["“'«]+|["”'»]+$/g, "").trim();
}

/** Runs of capitalised words or words with digits, longest first: names often stand out without any lead. */
function standingOut(text: string): string | null {
  const runs =
    text.match(
      /(?:[\p{Lu}][\p{L}\p{N}-]*|\p{L}*\p{N}[\p{L}\p{N}-]*)(?:\s+(?:[\p{Lu}][\p{L}\p{N}-]*|\p{N}[\p{L}\p{N}-]*))*/gu,
    ) ?? [];
  const fitting = runs.filter(
    (run, at) => !(at === 0 && text.startsWith(run) && !/\s/.test(run)) && run !== "I",
  );
  return fitting.sort((a, b) => b.length - a.length)[0] ?? null;
}

function gramsOf(text: string): Set<string> {
  const padded = `  ${text} `;
  return new Set(Array.from({ length: Math.max(1, padded.length - 2) }, (_, at) => padded.slice(at, at + 3)));
}

/** Dice coefficient of two sets of trigrams. */
function similarity(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  let shared = 0;
  for (const gram of left) if (right.has(gram)) shared += 1;
  return (2 * shared) / (left.size + right.size);
}

const plain = (text: string) =>
  ` ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()} `;

/** The known name that a text contains, else the one nearest to a stretch of its words; null when none is near. */
function nearestKnown(text: string, known: readonly string[]): string | null {
  const whole = plain(text);
  const contained = known.filter((name) => whole.includes(plain(name)));
  if (contained.length > 0) return contained.sort((a, b) => b.length - a.length)[0] ?? null;
  const words = whole.trim().split(" ");
  const stretches = new Map<number, Set<string>[]>();
  const stretchesOf = (length: number) => {
    const made =
      stretches.get(length) ??
      Array.from({ length: Math.max(0, words.length - length + 1) }, (_, at) =>
        gramsOf(words.slice(at, at + length).join(" ")),
      );
    stretches.set(length, made);
    return made;
  };
  let best: { name: string; score: number } | null = null;
  for (const name of known) {
    const bare = plain(name).trim();
    const grams = gramsOf(bare);
    const size = bare.split(" ").length;
    for (let length = Math.max(1, size - 1); length <= size + 1; length += 1) {
      for (const stretch of stretchesOf(length)) {
        const score = similarity(stretch, grams);
        if (score > (best?.score ?? 0.62)) best = { name, score };
      }
    }
  }
  return best?.name ?? null;
}

/**
 * The name of a thing that a customer asks for. With `known` names, one of these (misspellings repaired) or null;
 * without, what stands after a way of asking. Rules only: nothing is made up.
 */
export function extractName(text: string, known: readonly string[] = []): string | null {
  if (known.length > 0) return nearestKnown(text, known);
  let rest = text.replace(/\s+/g, " ").trim();
  let led = false;
  for (const lead of LEADS) {
    const match = lead.exec(rest);
    if (match && match[0].trim() !== "") {
      rest = rest.slice(match.index + match[0].length);
      led = true;
    }
  }
  const name = trimEnds(rest);
  if (led && name !== "" && name.length <= 80 && !EMPTY.test(name)) return name;
  const proper = standingOut(rest);
  return proper ?? (led || name.split(" ").length > 4 || EMPTY.test(name) ? null : name || null);
}
