"use client";
import {
  ArrowLeft,
  BatteryFull,
  Check,
  CheckCheck,
  EllipsisVertical,
  Lock,
  Reply,
  SendHorizontal,
  Signal,
  Smile,
  Wifi,
} from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Sky } from "#components/ui/sky.tsx";
import { useNow, useTimeFormat } from "#components/ui/time.tsx";
import type { PhoneMessageView } from "./phone-view.ts";

/** The customer's phone on the night stage. What is sent here goes through the real, signed webhook. */
export function Phone(props: {
  customerName: string;
  tenantName: string;
  tile: number;
  messages: ReadonlyArray<PhoneMessageView>;
  suggestions: ReadonlyArray<string>;
  busy: boolean;
  error: string | null;
  onSend: (text: string) => void;
  onButton: (messageId: string, button: { id: string; title: string }) => void;
}) {
  const { messages } = props;
  const [text, setText] = useState("");
  const chat = useRef<HTMLElement>(null);
  const time = useTimeFormat();
  const now = useNow();
  const lastId = messages.at(-1)?.id;
  useEffect(() => {
    if (lastId) chat.current?.scrollTo({ top: chat.current.scrollHeight });
  }, [lastId]);
  const first = props.customerName.split(" ")[0] ?? props.customerName;
  const latest = messages.at(-1);
  return (
    <section className="sheet stage" aria-label={`${first}'s phone`}>
      <Sky width={424} height={884} />
      <h1 className="hello">You are {first}</h1>
      <p className="sub">Write as a customer of {props.tenantName}.</p>
      <div className="phone">
        <div className="glass">
          <div className="st" aria-hidden="true">
            <span>{now ? time.short(new Date(now).toISOString()) : ""}</span>
            <span className="flex gap-1">
              <Signal size={14} />
              <Wifi size={14} />
              <BatteryFull size={14} />
            </span>
          </div>
          <span className="isle" aria-hidden="true" />
          <div className="hd">
            <ArrowLeft size={16} aria-hidden="true" />
            <span className="tenant" data-tile={props.tile} aria-hidden="true">
              {props.tenantName.slice(0, 1)}
            </span>
            <span>
              <b>{props.tenantName}</b>
              <small>Business account</small>
            </span>
            <span className="end">
              <EllipsisVertical size={16} aria-hidden="true" />
            </span>
          </div>
          <section
            className="chat"
            ref={chat}
            aria-label="Chat on the phone"
            aria-live="polite"
            {...scrollable}
          >
            <span className="pickday">Today</span>
            {messages.map((message) => (
              <PhoneBubble
                key={message.id}
                message={message}
                clock={time.short(message.at)}
                live={message.id === latest?.id && !props.busy}
                onButton={props.onButton}
              />
            ))}
          </section>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (!text.trim()) return;
              props.onSend(text);
              setText("");
            }}
          >
            <span className="f">
              <Smile size={16} aria-hidden="true" className="flex-none" />
              <input
                aria-label={`Write as ${first}`}
                placeholder="Message"
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            </span>
            <button type="submit" className="go" aria-label="Send from the phone">
              <SendHorizontal size={16} aria-hidden="true" />
            </button>
          </form>
          <span className="homebar" aria-hidden="true" />
        </div>
      </div>
      <div className="try">
        {props.suggestions.map((one) => (
          <button key={one} type="button" onClick={() => props.onSend(one)}>
            {one}
          </button>
        ))}
      </div>
      <p className="foot" role={props.error ? "alert" : undefined}>
        <Lock size={12} aria-hidden="true" />
        {props.error ?? "Signed and sent through the real WhatsApp webhook."}
      </p>
    </section>
  );
}

/** A scrolling region must be reachable by keyboard. */
const scrollable = { tabIndex: 0 };

function PhoneBubble(props: {
  message: PhoneMessageView;
  clock: string;
  live: boolean;
  onButton: (messageId: string, button: { id: string; title: string }) => void;
}) {
  const { message } = props;
  const buttons = message.buttons ?? [];
  return (
    <div className={`pb ${message.mine ? "me" : ""} ${buttons.length > 0 ? "wide" : ""}`}>
      <p>
        <span dir="auto">{message.text}</span>
        <small className="num">
          {props.clock}
          {message.mine ? (
            message.status === "sent" ? (
              <Check size={14} aria-label="Sent" />
            ) : (
              <CheckCheck
                size={14}
                aria-label={message.status === "read" ? "Read" : "Delivered"}
                data-read={message.status === "read" ? "" : undefined}
              />
            )
          ) : null}
        </small>
      </p>
      {buttons.map((button) => (
        <button
          key={button.id}
          type="button"
          disabled={!props.live}
          onClick={() => props.onButton(message.id, button)}
        >
          <Reply size={14} aria-hidden="true" />
          {button.title}
        </button>
      ))}
    </div>
  );
}
