"use client";
import { AtSign, CircleCheck, CircleDot, Clock, Hand, Inbox, UserRound } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { ChannelIcon } from "#components/ui/channel-icon.tsx";
import { Glyph } from "#components/ui/glyph.tsx";
import { LiveDot, type LiveState } from "#components/ui/live-dot.tsx";
import type { InboxCounts } from "./conversation-view.ts";

const icons: Record<string, ReactNode> = {
  mine: <UserRound size={15} strokeWidth={1.6} aria-hidden="true" />,
  unassigned: <CircleDot size={15} strokeWidth={1.6} aria-hidden="true" />,
  mentions: <AtSign size={15} strokeWidth={1.6} aria-hidden="true" />,
  bot: <Glyph size={15} />,
  open: <Inbox size={15} strokeWidth={1.6} aria-hidden="true" />,
  escalated: <Hand size={15} strokeWidth={1.6} aria-hidden="true" />,
  snoozed: <Clock size={15} strokeWidth={1.6} aria-hidden="true" />,
  resolved: <CircleCheck size={15} strokeWidth={1.6} aria-hidden="true" />,
};

/** The views of the inbox with exact counts, and the state of the live line. */
export function ViewsPane(props: { base: string; current: string; counts: InboxCounts; live: LiveState }) {
  const line = (key: string, label: string, count: number | null, icon: ReactNode) => (
    <Link
      key={key}
      href={`${props.base}?view=${key}`}
      aria-current={props.current === key ? "true" : undefined}
    >
      {icon}
      <span className="clip">{label}</span>
      {count === null ? null : <span className="n">{count.toLocaleString("en-US")}</span>}
    </Link>
  );
  return (
    <nav className="views" aria-label="Views">
      <div className="head">
        <p className="text-title">Inbox</p>
        <span className="end">
          <LiveDot state={props.live} />
        </span>
      </div>
      {props.counts.views.map((view) => line(view.key, view.label, view.count, icons[view.key]))}
      {props.counts.channels.length > 0 ? <h2>Channels</h2> : null}
      {props.counts.channels.map((view) =>
        line(`channel:${view.key}`, view.label, view.count, <ChannelIcon type={view.key} size={15} />),
      )}
    </nav>
  );
}
