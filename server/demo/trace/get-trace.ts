import { amountFromDatabase, formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import type { Actor } from "#server/trpc/context.ts";
import { getDemoPhone } from "../phone.ts";
import { readTrace, type TraceFacts } from "./read-trace.ts";
import { arrivalOf, traceSpans } from "./trace-spans.ts";
import { traceStops } from "./trace-stops.ts";

/** What every run begins with is no news. */
const GIVEN = new Set(["user_message", "customer", "conversation", "tenant"]);
const MOST_KNOWN = 8;

function knows({ run }: TraceFacts): { name: string; value: string }[] {
  const variables = Object.entries((run?.variables ?? {}) as Record<string, unknown>);
  const flat = variables.flatMap(([name, value]): [string, unknown][] => {
    if (GIVEN.has(name)) return [];
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [[name, value]];
    return Object.entries(value).map(([part, inner]) => [`${name}.${part}`, inner]);
  });
  return flat
    .filter(([, value]) => value !== null && typeof value !== "object")
    .slice(0, MOST_KNOWN)
    .map(([name, value]) => ({ name, value: String(value) }));
}

/** Milliseconds to the last acknowledged answer; null while the turn goes on. */
function replyTime(facts: TraceFacts): number | null {
  const ends = facts.replies.flatMap((reply) => (reply.ended_at ? [Date.parse(String(reply.ended_at))] : []));
  const working = facts.message.lease_owner !== null && facts.message.next_id === null;
  return working || ends.length === 0 ? null : Math.max(...ends) - arrivalOf(facts);
}

/**
 * One message of the demo's customer, followed from the webhook to the ledger; every number is a row's. Without an id
 * the customer's last message. Throws `not_found`.
 */
export async function getDemoTrace(actor: Actor, messageId: string | null) {
  const { phone } = await getDemoPhone(actor);
  const facts = await readTrace(actor.tenantId, messageId, phone);
  const { message, records, run } = facts;
  const spans = traceSpans(facts);
  const shown = sumAmounts(spans.map((span) => parseAmount(span.price ?? "0")));
  const ledger = sumAmounts(records.map((record) => amountFromDatabase(String(record.client_price))));
  const tokens = records.reduce(
    (sum, record) => sum + Number(record.input_quantity) + Number(record.output_quantity ?? 0),
    0,
  );
  return {
    id: String(message.id),
    traceId: facts.journal ? String(facts.journal.id).slice(-12) : null,
    message: String(message.content),
    customerName: String(message.customer_name),
    conversationId: String(message.conversation_id),
    executionId: (run?.id as string | undefined) ?? null,
    webhookToReplyMs: replyTime(facts),
    tokens: String(tokens),
    calls: facts.calls.length,
    price: formatAmount(ledger),
    currency: String(message.currency),
    totalMs: Math.max(0, ...spans.map((span) => span.startMs + span.durationMs)),
    stops: traceStops(facts),
    flow: run
      ? { id: String(run.flow_id), name: String(run.flow_name), version: Number(run.flow_version) }
      : null,
    spans,
    knows: knows(facts),
    equalsLedger: facts.calls.length === 0 ? null : shown === ledger && facts.calls.length === records.length,
  };
}
