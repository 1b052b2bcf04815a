"use client";
import { ChevronDown, Hand, TriangleAlert } from "lucide-react";
import { Amount } from "./amount.tsx";
import { nodeMark } from "./node-mark.tsx";

export interface WhyChipView {
  nodeName: string;
  nodeType: string;
  nodeMode?: string | null;
  calls: number;
  tokens: number;
  /** Exact client price of the calls behind the message. */
  price: string | null;
  currency: string;
  /** Hand-off, failure and fall-back models show in the chip itself. */
  exception?: string | null;
  exceptionKind?: "handoff" | "failure";
}

/** Node, tokens and price under an automated message; opens the why card (click, Enter or W). */
export function WhyChip(props: { why: WhyChipView; open: boolean; onToggle: () => void; controls?: string }) {
  const { why } = props;
  const Icon = why.exception
    ? why.exceptionKind === "failure"
      ? TriangleAlert
      : Hand
    : nodeMark(why.nodeType, why.nodeMode).icon;
  return (
    <button
      type="button"
      className="why"
      aria-expanded={props.open}
      aria-controls={props.open ? props.controls : undefined}
      data-why=""
      onClick={props.onToggle}
    >
      <Icon size={13} strokeWidth={1.8} aria-hidden="true" />
      <span className="clip">{why.exception ?? why.nodeName}</span>
      {why.exception ? null : (
        <>
          <span className="text-ink-3">·</span>
          <span className="num">
            {why.calls === 0 ? "no AI call" : `${why.tokens.toLocaleString("en-US")} tokens`}
          </span>
          {why.calls > 0 && why.price ? (
            <>
              <span className="text-ink-3">·</span>
              <Amount value={why.price} currency={why.currency} symbol />
            </>
          ) : null}
        </>
      )}
      {props.open ? <ChevronDown size={12} aria-hidden="true" /> : null}
    </button>
  );
}
