const QUARTER = 15 * 60_000;
const formatters = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();
const MAX_CACHED = 50_000;

/** Whether a text names an IANA time zone. */
export function isTimeZone(zone: string): boolean {
  if (formatters.has(zone)) return true;
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      era: "short",
    });
    formatters.set(zone, formatter);
  }
  return formatter;
}

function readOffset(zone: string, at: number): number {
  const field: Record<string, string> = {};
  for (const { type, value } of formatterOf(zone).formatToParts(at)) field[type] = value;
  const year = field.era === "BC" ? 1 - Number(field.year) : Number(field.year);
  const local = Date.UTC(
    year,
    Number(field.month) - 1,
    Number(field.day),
    Number(field.hour),
    Number(field.minute),
    Number(field.second),
  );
  return local - at;
}

/**
 * What a zone's clocks are ahead of UTC at an instant, in milliseconds. Zones change their offset on quarters of an
 * hour, so one look-up a quarter is exact; metering asks thousands of times a second.
 */
export function offsetAt(zone: string, epochMs: number): number {
  if (zone === "UTC") return 0;
  const quarter = Math.floor(epochMs / QUARTER);
  let known = offsets.get(zone);
  if (!known) {
    known = new Map();
    offsets.set(zone, known);
  }
  let offset = known.get(quarter);
  if (offset === undefined) {
    offset = readOffset(zone, quarter * QUARTER);
    if (known.size > MAX_CACHED) known.clear();
    known.set(quarter, offset);
  }
  return offset;
}

/** The calendar day (`YYYY-MM-DD`) of an instant in a zone. */
export function localDay(zone: string, epochMs: number): string {
  return new Date(epochMs + offsetAt(zone, epochMs)).toISOString().slice(0, 10);
}

/** Minutes since midnight and day of the week (0 Sunday … 6 Saturday) of an instant in a zone. */
export function localClock(zone: string, epochMs: number): { minute: number; weekday: number } {
  const local = new Date(epochMs + offsetAt(zone, epochMs));
  return { minute: local.getUTCHours() * 60 + local.getUTCMinutes(), weekday: local.getUTCDay() };
}

const starts = new Map<string, number>();

/** The first instant of a calendar day in a zone (epoch ms), also where midnight is skipped or comes twice. */
export function dayStart(zone: string, day: string): number {
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  if (zone === "UTC") return midnight;
  const key = `${zone} ${day}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  let low = Math.floor((midnight - 16 * 3_600_000) / QUARTER);
  let high = Math.ceil((midnight + 16 * 3_600_000) / QUARTER);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (localDay(zone, middle * QUARTER) >= day) high = middle;
    else low = middle;
  }
  if (starts.size > MAX_CACHED) starts.clear();
  starts.set(key, high * QUARTER);
  return high * QUARTER;
}
