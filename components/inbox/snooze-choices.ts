import { dayStart, localClock, localDay } from "#domain/billing/time-zone.ts";

export interface SnoozeChoice {
  label: string;
  until: string;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Nine in the morning of a zone's day that lies some days ahead. */
function morning(zone: string, nowMs: number, days: number): string {
  const noon = dayStart(zone, localDay(zone, nowMs)) + 12 * HOUR;
  const day = localDay(zone, noon + days * DAY);
  return new Date(dayStart(zone, day) + 9 * HOUR - shift(zone, day)).toISOString();
}

/** What a change of the clocks before nine adds to that day's morning, in ms. */
function shift(zone: string, day: string): number {
  const { minute } = localClock(zone, dayStart(zone, day) + 9 * HOUR);
  return (minute - 9 * 60) * 60_000;
}

/** Until when a person puts a conversation off, in the workspace's zone. */
export function snoozeChoices(zone: string, nowMs: number): SnoozeChoice[] {
  const { weekday } = localClock(zone, nowMs);
  const toMonday = (8 - weekday) % 7 || 7;
  return [
    { label: "For 1 hour", until: new Date(nowMs + HOUR).toISOString() },
    { label: "Until tomorrow, 9:00", until: morning(zone, nowMs, 1) },
    { label: "Until next Monday, 9:00", until: morning(zone, nowMs, toMonday) },
  ];
}
