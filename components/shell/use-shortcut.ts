"use client";
import { useEffect, useRef } from "react";

export interface Shortcut {
  keys: string;
  label: string;
  group: string;
}

const registered = new Map<symbol, Shortcut>();

/** The shortcuts that work at this moment, for the `?` sheet. */
export function activeShortcuts(): Shortcut[] {
  return [...registered.values()];
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

let lead = "";
let leadAt = 0;

function matches(keys: string, event: KeyboardEvent): boolean {
  if (keys.includes(" ")) {
    const [first, second] = keys.split(" ");
    return lead === first?.toLowerCase() && event.key.toLowerCase() === second?.toLowerCase();
  }
  if (keys.startsWith("Mod+")) {
    const rest = keys.slice(4);
    const shift = rest.startsWith("Shift+");
    const key = shift ? rest.slice(6) : rest;
    return (
      (event.metaKey || event.ctrlKey) &&
      event.shiftKey === shift &&
      event.key.toLowerCase() === key.toLowerCase()
    );
  }
  if (event.metaKey || event.ctrlKey || event.altKey) return false;
  return event.key.toLowerCase() === keys.toLowerCase();
}

/** Remembers a first key such as "g" for the second of a sequence. Called once by the frame. */
export function noteLead(event: KeyboardEvent): void {
  lead = Date.now() - leadAt > 1200 ? "" : lead;
  if (event.key.length === 1 && !typing(event.target)) {
    lead = event.key.toLowerCase();
    leadAt = Date.now();
  }
}

/** Runs `act` on a key (`T`, `G I`, `Mod+K`), never while typing unless Mod is held, never under a dialog. */
export function useShortcut(
  keys: string,
  label: string,
  act: () => void,
  group = "Here",
  enabled = true,
): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (!enabled) return;
    const id = Symbol(keys);
    registered.set(id, { keys, label, group });
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !matches(keys, event)) return;
      if (!keys.startsWith("Mod+") && typing(event.target)) return;
      if (!keys.startsWith("Mod+") && document.querySelector("[role=dialog], [role=menu]")) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", listen);
    return () => {
      registered.delete(id);
      window.removeEventListener("keydown", listen);
    };
  }, [keys, label, group, enabled]);
}
