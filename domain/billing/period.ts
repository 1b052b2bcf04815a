import { dayStart, localDay } from "./time-zone.ts";

export const PERIODS = ["daily", "weekly", "monthly"] as const;
export type Period = (typeof PERIODS)[number];

/** A half-open window [start, end) in epoch ms with the first day and the day after the last one. */
export type PeriodWindow = { start: number; end: number; firstDay: string; endDay: string };

/** A calendar day moved by whole days. */
export function shiftDay(day: string, days: number): string {
  const moved = new Date(`${day}T00:00:00.000Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** The first day of a day's month, and of the month after it. */
export function monthOf(day: string): string {
  return `${day.slice(0, 7)}-01`;
}

export function nextMonth(month: string): string {
  const moved = new Date(`${month.slice(0, 7)}-01T00:00:00.000Z`);
  moved.setUTCMonth(moved.getUTCMonth() + 1);
  return moved.toISOString().slice(0, 10);
}

export function previousMonth(month: string): string {
  const moved = new Date(`${month.slice(0, 7)}-01T00:00:00.000Z`);
  moved.setUTCMonth(moved.getUTCMonth() - 1);
  return moved.toISOString().slice(0, 10);
}

/** A month's days as [from, to): its first day and the first of the next. Takes `YYYY-MM` or any day of it. */
export function monthDays(month: string): { from: string; to: string } {
  return { from: monthOf(month), to: nextMonth(month) };
}

function firstDayOf(period: Period, day: string): string {
  if (period === "daily") return day;
  if (period === "monthly") return monthOf(day);
  const weekday = new Date(`${day}T00:00:00.000Z`).getUTCDay();
  return shiftDay(day, -((weekday + 6) % 7));
}

function endDayOf(period: Period, firstDay: string): string {
  if (period === "daily") return shiftDay(firstDay, 1);
  return period === "weekly" ? shiftDay(firstDay, 7) : nextMonth(firstDay);
}

const windows = new Map<string, PeriodWindow>();

/**
 * The day, week (from Monday) or month of a zone that an instant lies in. The window is made of whole local days, so
 * it is 23 or 25 hours long where the clocks change.
 */
export function periodAt(period: Period, zone: string, epochMs: number): PeriodWindow {
  const firstDay = firstDayOf(period, localDay(zone, epochMs));
  const key = `${period} ${zone} ${firstDay}`;
  let window = windows.get(key);
  if (!window) {
    const endDay = endDayOf(period, firstDay);
    window = { start: dayStart(zone, firstDay), end: dayStart(zone, endDay), firstDay, endDay };
    if (windows.size > 20_000) windows.clear();
    windows.set(key, window);
  }
  return window;
}

/** The month given as `YYYY-MM` or `YYYY-MM-DD`, as a half-open window of a zone. */
export function monthWindow(month: string, zone: string): PeriodWindow {
  const firstDay = monthOf(month.length === 7 ? `${month}-01` : month);
  const endDay = nextMonth(firstDay);
  return { start: dayStart(zone, firstDay), end: dayStart(zone, endDay), firstDay, endDay };
}
