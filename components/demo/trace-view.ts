/** One message from the customer, followed from the webhook to the ledger. */
export interface TraceView {
  id: string;
  traceId: string | null;
  message: string;
  customerName: string;
  conversationId: string | null;
  /** Webhook received to the last reply acknowledged; null while it runs. */
  webhookToReplyMs: number | null;
  tokens: string;
  calls: number;
  price: string;
  currency: string;
  totalMs: number;
  stops: ReadonlyArray<TraceStop>;
  flow: { name: string; version: number } | null;
  spans: ReadonlyArray<TraceSpan>;
  knows: ReadonlyArray<{ name: string; value: string }>;
  /** The sum of the spans' prices equals the sum of the usage records. */
  equalsLedger: boolean | null;
}

/** A station of the run's path. */
export interface TraceStop {
  key: string;
  name: string;
  type: string;
  mode?: string | null;
  state: "done" | "now" | "ahead" | "failed";
  durationMs: number | null;
  answer: string | null;
}

export type SpanKind = "door" | "think" | "say" | "do" | "rule" | "record" | "read";

/** One bar of the waterfall; times in ms since the webhook arrived. */
export interface TraceSpan {
  id: string;
  kind: SpanKind;
  icon: string;
  name: string;
  detail: string | null;
  code?: boolean;
  startMs: number;
  durationMs: number;
  /** The part of the bar that was waiting by choice, such as typing. */
  idleMs?: number;
  price: string | null;
  inPlan?: boolean;
}
