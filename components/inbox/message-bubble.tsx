"use client";
import { Check, CheckCheck, CircleAlert, Clock, CornerUpLeft, Lock } from "lucide-react";
import { useId } from "react";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { WhyChip } from "#components/ui/why-chip.tsx";
import type { MessageView, WhyView } from "./message-view.ts";
import { WhyCard } from "./why-card.tsx";

/** One message with what stands under it: why chip, time, delivery. The machine's messages wear the aurora edge. */
export function MessageBubble(props: {
  message: MessageView;
  open: boolean;
  onToggleWhy: () => void;
  why: WhyView | null;
  whyFailure: string | null;
  fresh: boolean;
}) {
  const { message } = props;
  const card = useId();
  const time = useTimeFormat();
  const side = message.role === "customer" ? "in" : "out";
  const kind = message.role === "agent" ? "mine" : message.role === "note" ? "note" : "";
  return (
    <article className={`msg ${side} ${kind} ${props.fresh ? "fresh" : ""}`} data-message={message.id}>
      <div className={`bub ${message.role === "assistant" ? "edge" : ""}`}>
        {message.role === "note" ? (
          <Lock size={13} aria-hidden="true" className="me-1.5 inline align-[-1px]" />
        ) : null}
        <span dir="auto">{message.content}</span>
        {message.buttons.length > 0 ? (
          <div className="pick">
            {message.buttons.map((button) => (
              <span key={button.label} className={button.chosen ? "hit" : ""}>
                {button.chosen ? <Check size={12} aria-hidden="true" /> : null}
                {button.label}
              </span>
            ))}
          </div>
        ) : null}
      </div>
      <div className="under">
        {message.why ? (
          <WhyChip why={message.why} open={props.open} onToggle={props.onToggleWhy} controls={card} />
        ) : null}
        {message.viaButton ? <CornerUpLeft size={12} aria-hidden="true" /> : null}
        <span className={message.why ? "only-desk" : ""}>
          {message.viaButton ? "Button reply · " : ""}
          {message.role === "agent" || message.role === "note" ? `${message.authorName ?? "You"}, ` : ""}
          <time dateTime={message.sentAt} title={time.full(message.sentAt)} className="num">
            {time.clock(message.sentAt)}
          </time>
          {message.role === "note" ? ", internal note" : ""}
        </span>
        {side === "out" && message.role !== "note" ? <Delivery message={message} /> : null}
      </div>
      {message.failure || message.uncertain ? (
        <p className="field-error">
          <CircleAlert size={13} aria-hidden="true" />
          {message.failure ??
            "Not certain that it arrived. We wait for the provider's word and do not send it twice."}
        </p>
      ) : null}
      {props.open ? (
        props.why ? (
          <WhyCard why={props.why} id={card} />
        ) : (
          <div className="reason" id={card}>
            {props.whyFailure ? (
              <p className="field-error p-4" role="alert">
                {props.whyFailure}
              </p>
            ) : (
              <Skeleton rows={3} />
            )}
          </div>
        )
      ) : null}
    </article>
  );
}

const deliveryWords: Record<string, string> = {
  queued: "Queued",
  sending: "Sending",
  pending: "Sending",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Failed",
};

function Delivery(props: { message: MessageView }) {
  const { status } = props.message;
  const word = deliveryWords[status];
  if (!word) return null;
  const icon =
    status === "read" ? (
      <CheckCheck size={13} className="text-accent" aria-hidden="true" />
    ) : status === "delivered" ? (
      <CheckCheck size={13} aria-hidden="true" />
    ) : status === "sent" ? (
      <Check size={13} aria-hidden="true" />
    ) : status === "failed" ? (
      <CircleAlert size={13} className="text-critical" aria-hidden="true" />
    ) : (
      <Clock size={13} aria-hidden="true" />
    );
  return (
    <span title={word} className="inline-flex">
      {icon}
      <span className="sr-only">{word}</span>
    </span>
  );
}
