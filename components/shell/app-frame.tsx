"use client";
import "./frame.css";
import { ChevronsUpDown, Moon, Sun } from "lucide-react";
import { usePathname, useRouter } from "next/navigation";
import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";
import { Amount } from "#components/ui/amount.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { Meter } from "#components/ui/meter.tsx";
import { TimeContext } from "#components/ui/time.tsx";
import { Toaster } from "#components/ui/toaster.tsx";
import { BottomBar } from "./bottom-bar.tsx";
import { CommandPalette, type PaletteItem } from "./command-palette.tsx";
import { Nav } from "./nav.tsx";
import { Notices } from "./notices.tsx";
import { PersonMenu } from "./person-menu.tsx";
import { setTheme } from "./preferences.ts";
import { roomGroups } from "./rooms.ts";
import type { ShellView } from "./shell-view.ts";
import { ShortcutsSheet } from "./shortcuts-sheet.tsx";
import { tileOf } from "./tile-of.ts";
import { useFrame } from "./use-frame.ts";
import { useNarrow } from "./use-narrow.ts";

/** The frame of a workspace: navigation on the canvas, work on a sheet. */
export function AppFrame(props: {
  view: ShellView;
  onSignOut: () => void;
  found?: ReadonlyArray<PaletteItem>;
  onSearch?: (words: string) => void;
  children: ReactNode;
}) {
  const { view } = props;
  const path = usePathname();
  const router = useRouter();
  const base = `/${view.tenant.slug}`;
  const groups = roomGroups.map((group) => ({
    ...group,
    rooms: group.rooms.filter(
      (room) => (view.demo || !room.demoOnly) && (!room.needs || view.permissions.includes(room.needs)),
    ),
  }));
  const frame = useFrame(base, groups);
  const narrow = useNarrow(1200);
  const deep =
    path.startsWith(`${base}/inbox`) || path.startsWith(`${base}/demo`) || path.startsWith(`${base}/flows`);
  const rail = narrow || deep;
  const rooms = groups.flatMap((group) => group.rooms);
  const items: PaletteItem[] = [
    ...rooms.map((room) => ({
      id: room.path,
      label: room.name,
      icon: <room.icon size={15} strokeWidth={1.6} aria-hidden="true" />,
      keys: `G ${room.key}`,
      group: "Go to",
      run: () => router.push(`${base}/${room.path}`),
    })),
    { id: "light", label: "Light theme", icon: <Sun size={15} />, group: "Do", run: () => setTheme("light") },
    { id: "dark", label: "Dark theme", icon: <Moon size={15} />, group: "Do", run: () => setTheme("dark") },
  ];
  const inThread = /\/inbox\/[^/]+/.test(path);
  return (
    <Tooltip.Provider delayDuration={400}>
      <TimeContext value={view.time}>
        <div className="frame" data-focus={inThread ? "" : undefined}>
          <Nav
            label="Main"
            base={base}
            groups={groups}
            rail={rail}
            counts={{ inbox: view.openConversations }}
            onSearch={() => frame.setPalette(true)}
            head={<TenantSwitch view={view} />}
            foot={
              <>
                {view.spend ? <MonthSpend spend={view.spend} /> : null}
                <PersonMenu
                  person={view.person}
                  rail={rail}
                  console={view.isOperator ? { label: "Platform console", href: "/platform" } : null}
                  onShortcuts={() => frame.setSheet(true)}
                  onSignOut={props.onSignOut}
                />
              </>
            }
          />
          <main data-told={view.notices.length > 0 ? "" : undefined}>
            <Notices
              notices={view.notices}
              base={base}
              currency={view.tenant.currency}
              seesBills={view.permissions.includes("billing.view")}
            />
            {props.children}
          </main>
          <BottomBar
            base={base}
            rooms={rooms.filter((room) => ["inbox", "flows", "customers", "billing"].includes(room.path))}
            onMore={() => frame.setPalette(true)}
          />
        </div>
        <CommandPalette
          open={frame.palette}
          onClose={() => frame.setPalette(false)}
          items={items}
          {...(props.found ? { found: props.found } : {})}
          {...(props.onSearch ? { onSearch: props.onSearch } : {})}
        />
        <ShortcutsSheet open={frame.sheet} onClose={() => frame.setSheet(false)} />
        <Toaster />
      </TimeContext>
    </Tooltip.Provider>
  );
}

function TenantSwitch(props: { view: ShellView }) {
  const router = useRouter();
  const { tenant, tenants } = props.view;
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className="who" title={tenant.name}>
          <span className="sr-only">Switch workspace, now {tenant.name}</span>
          <span className="tenant" data-tile={tileOf(tenant.slug)} aria-hidden="true">
            {tenant.name.slice(0, 1)}
          </span>
          <span className="col word leading-4">
            <b className="font-title clip">{tenant.name}</b>
            <span className="text-micro text-ink-3 clip">{tenant.plan}</span>
          </span>
          <ChevronsUpDown size={14} aria-hidden="true" className="word end text-ink-3" />
        </button>
      }
      items={[
        "Workspaces",
        ...tenants.map((one) => ({
          label: one.name,
          checked: one.slug === tenant.slug,
          onSelect: () => router.push(`/${one.slug}/inbox`),
        })),
      ]}
    />
  );
}

function MonthSpend(props: { spend: NonNullable<ShellView["spend"]> }) {
  const { spend } = props;
  const tone = (spend.percent ?? 0) >= 100 ? "critical" : (spend.percent ?? 0) >= 80 ? "caution" : "accent";
  return (
    <div className="spend">
      <div className="row text-small">
        <span className="text-ink-2 clip">{spend.label}</span>
        <b className="end">
          <Amount value={spend.amount} currency={spend.currency} symbol minor />
        </b>
      </div>
      {spend.percent === null ? null : (
        <Meter percent={spend.percent} label="Share of the budget" tone={tone} className="mt-1.5" />
      )}
      {spend.budget ? (
        <p className="text-micro text-ink-3 mt-1 num">
          of a <Amount value={spend.budget} currency={spend.currency} symbol /> budget
        </p>
      ) : null}
    </div>
  );
}
