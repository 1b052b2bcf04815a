"use client";
import { Ellipsis } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { Room } from "./rooms.ts";

/** Five places for a thumb, on phones. "More" opens the palette with every room. */
export function BottomBar(props: { base: string; rooms: ReadonlyArray<Room>; onMore: () => void }) {
  const path = usePathname();
  return (
    <nav className="bottom" aria-label="Main, on phones">
      {props.rooms.slice(0, 4).map((room) => {
        const href = `${props.base}/${room.path}`;
        return (
          <Link key={room.path} href={href} aria-current={path.startsWith(href) ? "page" : undefined}>
            <room.icon size={18} strokeWidth={1.6} aria-hidden="true" />
            {room.name}
          </Link>
        );
      })}
      <button type="button" onClick={props.onMore}>
        <Ellipsis size={18} strokeWidth={1.6} aria-hidden="true" />
        More
      </button>
    </nav>
  );
}
