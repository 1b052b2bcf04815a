"use client";
import { Search } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { Kbd } from "#components/ui/kbd.tsx";
import type { RoomGroup } from "./rooms.ts";

/** Navigation on the canvas: groups of rooms, search on top, the person below. `rail` shows icons only. */
export function Nav(props: {
  label: string;
  base: string;
  groups: ReadonlyArray<RoomGroup>;
  rail: boolean;
  night?: boolean;
  counts?: Record<string, number | null>;
  head: ReactNode;
  foot: ReactNode;
  onSearch: () => void;
}) {
  const path = usePathname();
  return (
    <nav
      className={`nav ${props.night ? "night" : ""}`}
      data-rail={props.rail ? "" : undefined}
      aria-label={props.label}
    >
      {props.head}
      <button
        type="button"
        className="find"
        onClick={props.onSearch}
        title={props.rail ? "Search or jump to (⌘K)" : undefined}
      >
        <Search size={props.rail ? 18 : 14} strokeWidth={1.6} aria-hidden="true" />
        <span className={props.rail ? "sr-only" : ""}>Search or jump to</span>
        <Kbd className="end">⌘K</Kbd>
      </button>
      {props.groups.map((group) => (
        <div key={group.name} className="rooms">
          <p className="grp">{group.name}</p>
          {group.rooms.map((room) => {
            const href = `${props.base}/${room.path}`;
            const on = path === href || path.startsWith(`${href}/`);
            const count = props.counts?.[room.path];
            return (
              <Link
                key={room.path}
                href={href}
                className="place"
                aria-current={on ? "page" : undefined}
                title={props.rail ? room.name : undefined}
              >
                <room.icon size={16} strokeWidth={1.6} aria-hidden="true" />
                <span className={props.rail ? "sr-only" : ""}>{room.name}</span>
                {count ? <span className="n">{count.toLocaleString("en-US")}</span> : null}
              </Link>
            );
          })}
        </div>
      ))}
      <div className="foot">{props.foot}</div>
    </nav>
  );
}
