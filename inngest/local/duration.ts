const UNIT: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds of a duration as the protocol writes it (`1d2h30m`, `5s`, `250ms`). Throws on anything else. */
export function durationMs(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*(ms|[smhdw])\s*/g)];
  const read = parts.reduce((length, part) => length + part[0].length, 0);
  if (parts.length === 0 || read !== text.trim().length) throw new Error(`"${text}" is not a duration.`);
  return parts.reduce((sum, part) => sum + Number(part[1]) * (UNIT[part[2] ?? ""] ?? 0), 0);
}

/** The moment a sleep or wait ends: a duration from now, or an ISO time. */
export function endOf(text: string, nowMs: number): Date {
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) return new Date(text);
  return new Date(nowMs + (text === "" ? 0 : durationMs(text)));
}
