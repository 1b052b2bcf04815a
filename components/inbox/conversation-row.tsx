"use client";
import { CircleCheck, CircleDot, Hand } from "lucide-react";
import Link from "next/link";
import { Avatar } from "#components/ui/avatar.tsx";
import { Glyph } from "#components/ui/glyph.tsx";
import { Age } from "#components/ui/time.tsx";
import type { ConversationRowView } from "./conversation-view.ts";

/** A conversation in the list: who, what was said last, who answers. */
export function ConversationRow(props: { row: ConversationRowView; href: string; current: boolean }) {
  const { row } = props;
  return (
    <Link
      href={props.href}
      className="conv"
      data-conversation={row.id}
      data-unread={row.unreadCount > 0 ? "" : undefined}
      aria-current={props.current ? "true" : undefined}
    >
      <Avatar id={row.customerId} name={row.customerName} size="m" channel={row.channelType} />
      <div className="col">
        <div className="who">
          <b className="clip">{row.customerName}</b>
          <Age at={row.lastMessageAt} className="t" />
        </div>
        <div className="last clip" dir="auto">
          {row.preview || "No message yet"}
        </div>
        <div className="by">
          <Handler row={row} />
        </div>
      </div>
      {row.unreadCount > 0 ? <span className="sr-only">{row.unreadCount} unread</span> : null}
    </Link>
  );
}

function Handler(props: { row: ConversationRowView }) {
  const { row } = props;
  if (row.status === "resolved" || row.status === "closed")
    return (
      <>
        <CircleCheck size={13} aria-hidden="true" />
        <span className="clip">{row.status === "resolved" ? "Resolved" : "Closed"}</span>
      </>
    );
  if (row.assigneeName)
    return (
      <>
        <Avatar id={row.assigneeName} name={row.assigneeName} size="tiny" />
        <span className="clip">{row.assigneeName}</span>
      </>
    );
  if (row.handler === "bot")
    return (
      <>
        <Glyph size={13} />
        <span className="clip">{row.flowLabel ?? "Aurora"}</span>
      </>
    );
  if (row.status === "escalated")
    return (
      <>
        <Hand size={13} aria-hidden="true" />
        <span className="clip">{row.handoffReason ?? "Asked for a person"}</span>
      </>
    );
  return (
    <>
      <CircleDot size={13} aria-hidden="true" />
      <span className="clip">Unassigned</span>
    </>
  );
}
