"use client";
import { ArrowLeft, UserRound } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { useEffect, useRef, useState } from "react";
import { useShortcut } from "#components/shell/use-shortcut.ts";
import { channelName } from "#components/ui/channel-icon.tsx";
import { Chip, type ChipTone } from "#components/ui/chip.tsx";
import { Glyph } from "#components/ui/glyph.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { SideSheet } from "#components/ui/side-sheet.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { Composer } from "./composer.tsx";
import type { ThreadView } from "./conversation-view.ts";
import { HandlerBar } from "./handler-bar.tsx";
import { MessageBubble } from "./message-bubble.tsx";
import type { MessageView, WhyView } from "./message-view.ts";
import { StatusActs } from "./status-acts.tsx";

export interface ThreadActs {
  takeOver: () => void;
  handBack: () => void;
  setStatus: (status: string, snoozedUntil?: string) => void;
  send: (text: string, note: boolean) => void;
}

const tones: Record<string, ChipTone> = {
  open: "positive",
  pending: "caution",
  escalated: "critical",
  snoozed: "info",
};

/** A scrolling region must be reachable by keyboard. */
const scrollable = { tabIndex: 0 };

function humanise(status: string): string {
  return status.slice(0, 1).toUpperCase() + status.slice(1).replaceAll("_", " ");
}

/** The open conversation: head, who answers, messages with their whys, composer. */
export function ThreadPane(props: {
  thread: ThreadView;
  messages: ReadonlyArray<MessageView>;
  mine: boolean;
  busy: boolean;
  canReply: boolean;
  canAssign: boolean;
  canResolve: boolean;
  backHref: string;
  acts: ThreadActs;
  openWhyId: string | null;
  onOpenWhy: (messageId: string | null) => void;
  why: WhyView | null;
  whyFailure: string | null;
  customerPanel: ReactNode;
  older?: ReactNode;
}) {
  const { thread, messages, acts } = props;
  const { moment } = useTimeFormat();
  const [customer, setCustomer] = useState(false);
  const [focusSignal, setFocus] = useState(0);
  const talk = useRef<HTMLElement>(null);
  const seen = useRef(new Set<string>());
  const lastId = messages.at(-1)?.id;
  useEffect(() => {
    if (lastId) talk.current?.scrollTo({ top: talk.current.scrollHeight });
    for (const message of messages) seen.current.add(message.id);
  }, [lastId, messages]);
  useShortcut("T", "Take over", acts.takeOver, "Conversation", props.canAssign);
  useShortcut("B", "Hand back to Aurora", acts.handBack, "Conversation", props.canAssign);
  useShortcut("R", "Write a reply", () => setFocus((n) => n + 1), "Conversation");
  useShortcut("E", "Resolve", () => acts.setStatus("resolved"), "Conversation", props.canResolve);
  useShortcut(
    "W",
    "Why the last automated message",
    () => {
      const last = messages.findLast((message) => message.why);
      if (last) props.onOpenWhy(props.openWhyId === last.id ? null : last.id);
    },
    "Conversation",
  );
  const resolved = ["resolved", "closed", "archived"].includes(thread.status);
  return (
    <section className="thread" aria-label={`Conversation with ${thread.customerName}`}>
      <div className="head">
        <Link
          href={props.backHref}
          className="btn quiet icon only-phone !size-11"
          aria-label="Back to the list"
        >
          <ArrowLeft size={16} aria-hidden="true" />
        </Link>
        <div className="col">
          <div className="row">
            <h2 className="text-title clip">{thread.customerName}</h2>
            <span className="only-desk inline-flex">
              <Chip tone={tones[thread.status] ?? "neutral"}>
                {humanise(thread.status)}
                {thread.snoozedUntil ? ` until ${moment(thread.snoozedUntil)}` : ""}
              </Chip>
            </span>
          </div>
          <p className="text-small text-ink-3 clip num">
            {channelName(thread.channelType)}
            {thread.address ? ` · ${thread.address}` : ""}
          </p>
        </div>
        <span className="end row gap-1.5">
          <span className="inline-flex xl:hidden">
            <IconButton
              label="Customer"
              icon={<UserRound size={16} />}
              onClick={() => setCustomer(true)}
              className="max-sm:!size-11"
            />
          </span>
          {props.canResolve ? <StatusActs status={thread.status} setStatus={acts.setStatus} /> : null}
        </span>
      </div>
      <HandlerBar
        thread={thread}
        mine={props.mine}
        busy={props.busy}
        canAssign={props.canAssign}
        onTakeOver={acts.takeOver}
        onHandBack={acts.handBack}
      />
      <section className="talk" ref={talk} aria-live="polite" aria-label="Messages" {...scrollable}>
        {props.older}
        {messages.map((message) => (
          <MessageBubble
            key={message.id}
            message={message}
            open={props.openWhyId === message.id}
            onToggleWhy={() => props.onOpenWhy(props.openWhyId === message.id ? null : message.id)}
            why={props.openWhyId === message.id ? props.why : null}
            whyFailure={props.whyFailure}
            fresh={seen.current.size > 0 && !seen.current.has(message.id)}
          />
        ))}
        {thread.handler === "bot" && thread.run?.working ? (
          <div className="msg out">
            <div className="doing">
              <Glyph size={15} />
              {thread.run.stepName ?? thread.run.flowName}
            </div>
          </div>
        ) : null}
      </section>
      <Composer
        machineAnswers={thread.handler === "bot"}
        over={resolved}
        windowFrom={thread.windowFrom}
        hasWindow={thread.channelType === "whatsapp"}
        disabledReason={props.canReply ? null : "Your role may read here. Replying needs the right to reply."}
        onSend={acts.send}
        focusSignal={focusSignal}
      />
      <SideSheet open={customer} onClose={() => setCustomer(false)} title="Customer">
        <div className="cust">{props.customerPanel}</div>
      </SideSheet>
    </section>
  );
}
