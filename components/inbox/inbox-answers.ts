import { channelName } from "#components/ui/channel-icon.tsx";
import type { ConversationRowView, InboxCounts, ThreadView } from "./conversation-view.ts";
import type { MessageView, WhyView } from "./message-view.ts";

/** Counting stops at a thousand on the server; the list shows what it has. */
export function toCounts(answer: {
  views: Record<"mine" | "unassigned" | "bot" | "open" | "escalated" | "snoozed" | "resolved", number>;
  channels: ReadonlyArray<{ type: string; count: number }>;
}): InboxCounts {
  const { views } = answer;
  return {
    views: [
      { key: "mine", label: "Mine", count: views.mine },
      { key: "unassigned", label: "Unassigned", count: views.unassigned },
      { key: "bot", label: "Aurora", count: views.bot },
      { key: "open", label: "All open", count: views.open },
      { key: "escalated", label: "Asked for a person", count: views.escalated, warn: views.escalated > 0 },
      { key: "snoozed", label: "Snoozed", count: views.snoozed },
      { key: "resolved", label: "Resolved", count: views.resolved },
    ],
    channels: answer.channels.map((one) => ({
      key: one.type,
      label: channelName(one.type),
      count: one.count,
    })),
  };
}

interface RowAnswer {
  id: string;
  customerId: string;
  customerName: string;
  channelType: string;
  lastMessagePreview: string;
  lastMessageAt: string;
  status: string;
  handler: "bot" | "agent";
  assigneeName: string | null;
  unreadCount: number;
  handoffReason: string | null;
  flowName: string | null;
  flowStepName: string | null;
}

/** A conversation of the list. */
export function toRow(row: RowAnswer): ConversationRowView {
  const { lastMessagePreview, flowName, flowStepName, ...rest } = row;
  return {
    ...rest,
    preview: lastMessagePreview,
    flowLabel: flowName ? [flowName, flowStepName].filter(Boolean).join(" · ") : null,
  };
}

interface ThreadAnswer {
  id: string;
  customerId: string;
  customerName: string;
  channelType: string;
  address: string | null;
  status: string;
  snoozedUntil: string | null;
  handler: "bot" | "agent";
  assigneeName: string | null;
  lastInboundAt: string | null;
  closedBy: string | null;
  callCount: number;
  tokensUsed: number;
  clientPrice: string;
  currency: string;
  run: {
    executionId: string;
    flowName: string;
    version: number;
    stepName: string | null;
    status: string;
  } | null;
}

/** The head of the open thread. */
export function toThread(thread: ThreadAnswer): ThreadView {
  const { run } = thread;
  return {
    id: thread.id,
    customerId: thread.customerId,
    customerName: thread.customerName,
    channelType: thread.channelType,
    address: thread.address,
    status: thread.status,
    snoozedUntil: thread.snoozedUntil,
    handler: thread.handler,
    assigneeName: thread.assigneeName,
    closedByPerson: thread.closedBy?.startsWith("user:") ?? false,
    run: run ? { ...run, working: run.status === "running" } : null,
    windowFrom: thread.channelType === "whatsapp" ? thread.lastInboundAt : null,
    callCount: thread.callCount,
    tokensUsed: String(thread.tokensUsed),
    clientPrice: thread.clientPrice,
    currency: thread.currency,
  };
}

interface MessageAnswer {
  id: string;
  role: "customer" | "assistant" | "agent" | "system";
  authorName: string | null;
  content: string;
  format: string;
  payload: { buttons: ReadonlyArray<{ id: string; title: string }>; buttonId: string | null };
  confidence: number | null;
  status: string;
  uncertain: boolean;
  failure: string | null;
  nodeName: string | null;
  nodeType: string | null;
  nodeMode: string | null;
  callCount: number;
  tokensUsed: number;
  clientPrice: string;
  currency: string;
  sentAt: string;
}

/** A thread's messages, oldest first: a button shows as pressed when the customer's next message says so. */
export function toMessages(rows: ReadonlyArray<MessageAnswer>): MessageView[] {
  return rows.map((row, index) => {
    const reply = rows.slice(index + 1).find((later) => later.role === "customer");
    return {
      id: row.id,
      role: row.role,
      authorName: row.authorName,
      content: row.content,
      format: row.format,
      buttons: row.payload.buttons.map((button) => ({
        label: button.title,
        chosen: reply?.payload.buttonId === button.id,
      })),
      status: row.status as MessageView["status"],
      uncertain: row.uncertain,
      failure: row.failure,
      viaButton: row.payload.buttonId !== null,
      sentAt: row.sentAt,
      why: row.role === "assistant" ? chipOf(row, rows.slice(0, index)) : null,
    };
  });
}

/** A message without a node is the fall-back: no intent was sure enough, so a person was asked for. */
function chipOf(row: MessageAnswer, before: ReadonlyArray<MessageAnswer>): MessageView["why"] {
  const asked = before.findLast((one) => one.role === "customer");
  const sure = asked?.confidence == null ? null : Math.round(asked.confidence * 100);
  return {
    nodeName: row.nodeName ?? "Handed off",
    nodeType: row.nodeType ?? "hand_off",
    nodeMode: row.nodeMode,
    calls: row.callCount,
    tokens: row.tokensUsed,
    price: row.clientPrice,
    currency: row.currency,
    ...(row.nodeName === null
      ? {
          exception: sure === null ? "Handed off · no flow answered" : `Handed off · confidence ${sure}%`,
          exceptionKind: "handoff" as const,
        }
      : {}),
  };
}

interface WhyAnswer extends Omit<WhyView, "flow" | "path" | "calls" | "totals"> {
  flow: { id: string; name: string; version: number; executionId: string } | null;
  path: ReadonlyArray<{ nodeKey: string; name: string; answer: string | null }>;
  calls: ReadonlyArray<{
    id: string;
    label: string;
    model: string;
    inputTokens: number;
    outputTokens: number;
    providerCost: string | null;
    clientPrice: string;
  }>;
  totals: { tokens: number; providerCost: string | null; clientPrice: string };
}

/** The why card of one message; `base` is the workspace's address. */
export function toWhy(why: WhyAnswer, base: string): WhyView {
  const { flow } = why;
  return {
    intent: why.intent,
    node: why.node,
    flow: flow
      ? {
          name: flow.name,
          version: flow.version,
          executionId: flow.executionId,
          runHref: `${base}/flows/${flow.id}/runs/${flow.executionId}`,
        }
      : null,
    // The last step is the node itself, which has a line of its own.
    path: why.path
      .filter((step, index) => index < why.path.length - 1 || step.nodeKey !== why.node?.key)
      .map((step, index) => ({ key: `${index}:${step.nodeKey}`, name: step.name, answer: step.answer })),
    because: why.because,
    calls: why.calls.map((call) => ({
      id: call.id,
      label: call.label,
      model: call.model,
      input: String(call.inputTokens),
      output: String(call.outputTokens),
      providerCost: call.providerCost,
      clientPrice: call.clientPrice,
    })),
    totals: { ...why.totals, tokens: String(why.totals.tokens) },
    currency: why.currency,
    rule: why.rule,
  };
}
