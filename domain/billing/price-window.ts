import { localClock } from "./time-zone.ts";

const NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const known = new Map<string, ReadonlySet<number> | null>();

/** Days of the week out of `mon-fri`, `sat,sun` or `fri-mon` (0 is Sunday); null when it cannot be read. */
export function parseDays(text: string): ReadonlySet<number> | null {
  const cached = known.get(text);
  if (cached !== undefined) return cached;
  const result = readDays(text);
  if (known.size > 1000) known.clear();
  known.set(text, result);
  return result;
}

function readDays(text: string): ReadonlySet<number> | null {
  const days = new Set<number>();
  for (const piece of text.toLowerCase().split(",")) {
    const [first, last = first, ...rest] = piece.trim().split("-");
    const from = NAMES.indexOf(first ?? "");
    const to = NAMES.indexOf(last ?? "");
    if (from < 0 || to < 0 || rest.length > 0) return null;
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === to) break;
    }
  }
  return days;
}

function minutes(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

type Window = { days?: string | undefined; from: string; to: string; timezone: string; multiplier: string };

function covers(window: Window, epochMs: number): boolean {
  const { minute, weekday } = localClock(window.timezone, epochMs);
  const from = minutes(window.from);
  const to = minutes(window.to);
  const days = window.days === undefined ? null : parseDays(window.days);
  const on = (day: number) => days === null || days.has(day);
  if (from < to) return minute >= from && minute < to && on(weekday);
  // Over midnight: the hours after it belong to the day the window began on.
  return (minute >= from && on(weekday)) || (minute < to && on((weekday + 6) % 7));
}

/** The first time-of-day window that an instant lies in, or null. Windows are half-open in their own zone. */
export function findWindow<W extends Window>(
  windows: readonly W[] | null | undefined,
  epochMs: number,
): W | null {
  return windows?.find((window) => covers(window, epochMs)) ?? null;
}
