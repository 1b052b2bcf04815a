"use client";
import { createContext, useContext, useSyncExternalStore } from "react";

export interface TimeSettings {
  locale: string;
  timeZone: string;
  /** What the tenant's clock shows minus real time; a sandbox's clock can be set. */
  offsetMs: number;
}

/** The locale, zone and clock that every time on screen follows. */
export const TimeContext = createContext<TimeSettings>({ locale: "en-US", timeZone: "UTC", offsetMs: 0 });

let tick = 0;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  tick = Date.now();
  timer ??= setInterval(() => {
    tick = Date.now();
    for (const one of listeners) one();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The tenant's present moment in ms, once a second; 0 while rendering on the server. */
export function useNow(): number {
  const { offsetMs } = useContext(TimeContext);
  const now = useSyncExternalStore(
    subscribe,
    () => Math.floor((tick || Date.now()) / 1000) * 1000,
    () => 0,
  );
  return now === 0 ? 0 : now + offsetMs;
}

function format(settings: TimeSettings, options: Intl.DateTimeFormatOptions, at: string): string {
  return new Intl.DateTimeFormat(settings.locale, { timeZone: settings.timeZone, ...options }).format(
    new Date(at),
  );
}

/** Formats instants in the tenant's zone and locale. */
export function useTimeFormat() {
  const settings = useContext(TimeContext);
  return {
    clock: (at: string) =>
      format(settings, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }, at),
    short: (at: string) => format(settings, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, at),
    stamp: (at: string) =>
      format(
        settings,
        {
          month: "short",
          day: "numeric",
          hour: "2-digit",
          minute: "2-digit",
          second: "2-digit",
          hourCycle: "h23",
        },
        at,
      ),
    moment: (at: string) =>
      format(
        settings,
        {
          weekday: "short",
          month: "short",
          day: "numeric",
          hour: "2-digit",
          minute: "2-digit",
          hourCycle: "h23",
        },
        at,
      ),
    day: (at: string) => format(settings, { weekday: "long", month: "long", day: "numeric" }, at),
    date: (at: string) => format(settings, { month: "long", day: "numeric", year: "numeric" }, at),
    full: (at: string) => format(settings, { dateStyle: "full", timeStyle: "long" }, at),
    zone: settings.timeZone.split("/").at(-1)?.replaceAll("_", " ") ?? settings.timeZone,
  };
}

/** A calendar day (YYYY-MM-DD) in words; it belongs to no zone. */
export function dayLabel(day: string, style: "short" | "long" = "short"): string {
  const options: Intl.DateTimeFormatOptions =
    style === "short"
      ? { weekday: "short", month: "short", day: "numeric" }
      : { weekday: "long", month: "long", day: "numeric" };
  return new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" }).format(
    new Date(`${day}T12:00:00Z`),
  );
}

/** Age in a list: now, 4 min, 3 h, Tue, Jan 12; the full time on hover. */
export function Age(props: { at: string; className?: string }) {
  const settings = useContext(TimeContext);
  const now = useNow();
  const past = now - Date.parse(props.at);
  let text: string;
  if (now === 0) text = format(settings, { month: "short", day: "numeric" }, props.at);
  else if (past < 60_000) text = "now";
  else if (past < 3_600_000) text = `${Math.floor(past / 60_000)} min`;
  else if (past < 86_400_000) text = `${Math.floor(past / 3_600_000)} h`;
  else if (past < 6 * 86_400_000) text = format(settings, { weekday: "short" }, props.at);
  else text = format(settings, { month: "short", day: "numeric" }, props.at);
  return (
    <time
      dateTime={props.at}
      title={format(settings, { dateStyle: "full", timeStyle: "long" }, props.at)}
      className={props.className}
      suppressHydrationWarning
    >
      {text}
    </time>
  );
}
