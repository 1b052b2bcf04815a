"use client";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { RoomGroup } from "./rooms.ts";
import { noteLead, useShortcut } from "./use-shortcut.ts";

/** Keys and panes every frame has: ⌘K, `?`, "G then a letter". */
export function useFrame(base: string, groups: ReadonlyArray<RoomGroup>) {
  const router = useRouter();
  const [palette, setPalette] = useState(false);
  const [sheet, setSheet] = useState(false);
  useShortcut("Mod+k", "Search or jump to", () => setPalette(true), "Everywhere");
  useShortcut("?", "All keys", () => setSheet(true), "Everywhere");
  useEffect(() => {
    let wait = 0;
    const listen = (event: KeyboardEvent) => {
      const target = event.target;
      const inField =
        target instanceof HTMLElement &&
        (target.isContentEditable || /INPUT|TEXTAREA|SELECT/.test(target.tagName));
      if (inField || event.metaKey || event.ctrlKey || event.altKey) return;
      if (Date.now() - wait < 1200) {
        const room = groups
          .flatMap((group) => group.rooms)
          .find((one) => one.key === event.key.toUpperCase());
        if (room) {
          event.preventDefault();
          event.stopImmediatePropagation();
          router.push(`${base}/${room.path}`);
        }
      }
      wait = event.key === "g" ? Date.now() : 0;
      noteLead(event);
    };
    window.addEventListener("keydown", listen, true);
    return () => window.removeEventListener("keydown", listen, true);
  }, [base, groups, router]);
  return { palette, setPalette, sheet, setSheet };
}
