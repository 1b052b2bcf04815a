import type { WhyChipView } from "#components/ui/why-chip.tsx";

/** One message of a thread. */
export interface MessageView {
  id: string;
  role: "customer" | "assistant" | "agent" | "system" | "note";
  authorName: string | null;
  content: string;
  format: string;
  buttons: ReadonlyArray<{ label: string; chosen: boolean }>;
  status: "queued" | "sending" | "sent" | "delivered" | "read" | "failed" | "received" | "pending";
  uncertain: boolean;
  failure: string | null;
  viaButton: boolean;
  sentAt: string;
  why: WhyChipView | null;
}

/** One call behind a message. */
export interface WhyCallView {
  id: string;
  label: string;
  model: string;
  input: string;
  output: string;
  providerCost: string | null;
  clientPrice: string;
}

/** Everything the why card says, in its fixed order. */
export interface WhyView {
  intent: { name: string; confidence: number; threshold: number } | null;
  node: { key?: string; name: string; type: string; mode?: string | null } | null;
  flow: { name: string; version: number; executionId: string; runHref: string } | null;
  path: ReadonlyArray<{ key: string; name: string; answer: string | null }>;
  because: ReadonlyArray<{ expression: string; source: string | null }>;
  calls: ReadonlyArray<WhyCallView>;
  totals: { tokens: string; providerCost: string | null; clientPrice: string };
  currency: string;
  rule: string | null;
}
