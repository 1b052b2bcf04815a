"use client";
import "./frame.css";
import { useRouter } from "next/navigation";
import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";
import { Glyph } from "#components/ui/glyph.tsx";
import { TimeContext } from "#components/ui/time.tsx";
import { Toaster } from "#components/ui/toaster.tsx";
import { BottomBar } from "./bottom-bar.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { Nav } from "./nav.tsx";
import { PersonMenu } from "./person-menu.tsx";
import { platformRoomGroups } from "./platform-rooms.ts";
import { ShortcutsSheet } from "./shortcuts-sheet.tsx";
import { useFrame } from "./use-frame.ts";
import { useNarrow } from "./use-narrow.ts";

const base = "/platform";

/** The operator's frame: night-coloured in both themes, so staff always know which hat they wear. */
export function PlatformFrame(props: {
  person: { id: string; name: string; email: string };
  back: { label: string; href: string } | null;
  onSignOut: () => void;
  children: ReactNode;
}) {
  const router = useRouter();
  const frame = useFrame(base, platformRoomGroups);
  const rail = useNarrow(1200);
  const rooms = platformRoomGroups.flatMap((group) => group.rooms);
  return (
    <Tooltip.Provider delayDuration={400}>
      <TimeContext value={{ locale: "en-US", timeZone: "UTC", offsetMs: 0 }}>
        <div className="frame">
          <Nav
            label="Platform console"
            base={base}
            groups={platformRoomGroups}
            rail={rail}
            night
            onSearch={() => frame.setPalette(true)}
            head={
              <div className="who">
                <Glyph size={26} />
                <span className="col word leading-4">
                  <b className="text-title">Aurora</b>
                  <span className="text-micro text-ink-3">Platform console</span>
                </span>
              </div>
            }
            foot={
              <PersonMenu
                person={props.person}
                rail={rail}
                console={props.back}
                onShortcuts={() => frame.setSheet(true)}
                onSignOut={props.onSignOut}
              />
            }
          />
          <main>{props.children}</main>
          <BottomBar
            base={base}
            rooms={rooms.filter((room) => ["tenants", "profit", "pricing", "invoices"].includes(room.path))}
            onMore={() => frame.setPalette(true)}
          />
        </div>
        <CommandPalette
          open={frame.palette}
          onClose={() => frame.setPalette(false)}
          items={rooms.map((room) => ({
            id: room.path,
            label: room.name,
            icon: <room.icon size={15} strokeWidth={1.6} aria-hidden="true" />,
            keys: `G ${room.key}`,
            group: "Go to",
            run: () => router.push(`${base}/${room.path}`),
          }))}
        />
        <ShortcutsSheet open={frame.sheet} onClose={() => frame.setSheet(false)} />
        <Toaster />
      </TimeContext>
    </Tooltip.Provider>
  );
}
