import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import { idTime, type TraceFacts, type TraceRow } from "./read-trace.ts";

export type SpanKind = "door" | "think" | "say" | "do" | "rule" | "record" | "read";

/** One bar; times in milliseconds since the webhook arrived. */
export type TraceSpan = {
  id: string;
  kind: SpanKind;
  icon: string;
  name: string;
  detail: string | null;
  code?: boolean;
  startMs: number;
  durationMs: number;
  price: string | null;
  inPlan?: boolean;
};

const ms = (time: unknown) => Date.parse(String(time));

/** When the message came: the journal's time, or where the tenant's app brought it, the message's own. */
export const arrivalOf = ({ journal, message }: TraceFacts) =>
  journal ? ms(journal.received_at) : idTime(message.id);

/** The time in which rows belong to this message: until the customer's next one. */
function windowOf({ message }: TraceFacts): (id: unknown) => boolean {
  const from = idTime(message.id);
  const to = message.next_id ? idTime(message.next_id) : Number.POSITIVE_INFINITY;
  return (id) => idTime(id) >= from && idTime(id) < to;
}

function nodeNames({ version }: TraceFacts) {
  return (key: unknown) => version?.snapshot.nodes.find((node) => node.key === key)?.name ?? null;
}

function doorSpans(facts: TraceFacts, base: number): TraceSpan[] {
  const { journal, message } = facts;
  const taken = ms(message.created_at);
  const customer = {
    id: "customer",
    kind: "record" as const,
    icon: "customer",
    name: "Customer matched",
    detail: String(message.customer_name),
    startMs: Math.max(0, taken - base),
    durationMs: journal?.processed_at ? Math.max(0, ms(journal.processed_at) - taken) : 0,
    price: null,
  };
  if (!journal) return [customer];
  const repeats = Number(journal.deliveries);
  return [
    {
      id: "webhook",
      kind: "door",
      icon: "webhook",
      name: "Webhook in",
      detail: repeats > 1 ? `signature valid, delivered ${repeats} times` : "signature valid",
      startMs: 0,
      durationMs: 0,
      price: null,
    },
    {
      id: "journal",
      kind: "door",
      icon: "journal",
      name: "Written to the journal",
      detail: "answered 200",
      startMs: 0,
      durationMs: Math.max(0, taken - base),
      price: null,
    },
    customer,
  ];
}

function saidBy(call: TraceRow): { detail: string | null; code: boolean } {
  const { output } = call;
  if (call.status === "failed") return { detail: "failed", code: false };
  if (call.task === "classify") {
    const percent = call.confidence === null ? "" : ` ${Math.round(Number(call.confidence) * 100)}%`;
    return {
      detail: typeof output === "string" ? `${output}${percent}` : `no intent${percent}`,
      code: typeof output === "string",
    };
  }
  if (output === null || output === undefined) return { detail: null, code: false };
  return { detail: typeof output === "string" ? `“${output}”` : JSON.stringify(output), code: false };
}

function callSpans(facts: TraceFacts, base: number): TraceSpan[] {
  const nameOf = nodeNames(facts);
  return facts.calls.map((call) => {
    const covered = call.covered_quantity !== null && Number(call.covered_quantity) > 0;
    return {
      id: String(call.id),
      kind: "think",
      icon: call.task === "classify" ? "intent" : "extract",
      name: nameOf(call.node_key) ?? (call.task === "classify" ? "Classify intent" : String(call.task)),
      ...saidBy(call),
      startMs: Math.max(0, idTime(call.id) - base),
      durationMs: Number(call.duration_ms ?? 0),
      price: call.client_price === null ? null : formatAmount(amountFromDatabase(String(call.client_price))),
      ...(covered && Number(call.billable_price ?? 1) === 0 ? { inPlan: true } : {}),
    };
  });
}

function runSpans(facts: TraceFacts, base: number): TraceSpan[] {
  const { run, message } = facts;
  const within = windowOf(facts);
  const nameOf = nodeNames(facts);
  const started: TraceSpan[] =
    run && run.trigger_message_id === message.id
      ? [
          {
            id: `run:${run.id}`,
            kind: "record",
            icon: "flow",
            name: "Flow started",
            detail: `${run.flow_name} v${run.flow_version}`,
            startMs: Math.max(0, idTime(run.id) - base),
            durationMs: 0,
            price: null,
          },
        ]
      : [];
  const calls = facts.apiCalls
    .filter((log) => within(log.id))
    .map(
      (log): TraceSpan => ({
        id: String(log.id),
        kind: "do",
        icon: "api",
        name: nameOf(log.node_key) ?? "API call",
        detail: `${log.connector_name}, ${log.status_code ?? log.status}`,
        startMs: Math.max(0, idTime(log.id) - base),
        durationMs: Number(log.duration_ms ?? 0),
        price: null,
      }),
    );
  return [...started, ...calls, ...ruleSpans(facts, base, within)];
}

function ruleSpans(facts: TraceFacts, base: number, within: (id: unknown) => boolean): TraceSpan[] {
  const conditions = facts.steps.filter((step) => step.node_type === "condition" && within(step.id));
  return conditions.map((step) => {
    const output = step.output as { branch?: string; because?: string[] } | null;
    const because = output?.because?.length ? `${output.because.join(" and ")}, ` : "";
    return {
      id: String(step.id),
      kind: "rule",
      icon: "condition",
      name: String(step.node_name),
      detail: output?.branch ? `${because}${output.branch.toLowerCase()}` : null,
      startMs: Math.max(0, idTime(step.id) - base),
      durationMs: Number(step.duration_ms ?? 0),
      price: null,
    };
  });
}

function replySpans(facts: TraceFacts, base: number): TraceSpan[] {
  const nameOf = nodeNames(facts);
  const sent = facts.replies.map((reply): TraceSpan => {
    const start = reply.started_at ? ms(reply.started_at) : idTime(reply.id);
    return {
      id: String(reply.id),
      kind: "say",
      icon: "message",
      name: nameOf(reply.node_key) ?? "Answer",
      detail: reply.outcome === "accepted" || !reply.outcome ? "sent" : String(reply.outcome),
      startMs: Math.max(0, start - base),
      durationMs: reply.ended_at ? Math.max(0, ms(reply.ended_at) - start) : 0,
      price: null,
    };
  });
  const last = facts.replies.at(-1);
  const end = sent.at(-1);
  if (!last?.read_at || !end) return sent;
  const first = String(facts.message.customer_name).split(" ")[0];
  const from = end.startMs + end.durationMs;
  // Providers tell whole seconds: what would lie before the answer is shown right behind it.
  const durationMs = Math.max(0, ms(last.read_at) - base - from);
  const read = { id: `read:${last.id}`, kind: "read" as const, icon: "read", name: `Read by ${first}` };
  return [...sent, { ...read, detail: null, startMs: from, durationMs, price: null }];
}

/** All bars of one message in the order they began, the ledger last. */
export function traceSpans(facts: TraceFacts): TraceSpan[] {
  const base = arrivalOf(facts);
  const calls = callSpans(facts, base);
  const spans = [
    ...doorSpans(facts, base),
    ...[...calls, ...runSpans(facts, base), ...replySpans(facts, base)].sort((a, b) => a.startMs - b.startMs),
  ];
  if (facts.records.length === 0) return spans;
  const recorded: TraceSpan = {
    id: "usage",
    kind: "record",
    icon: "usage",
    name: "Usage recorded",
    detail: facts.records.length === 1 ? "1 record" : `${facts.records.length} records`,
    startMs: Math.max(0, ...calls.map((call) => call.startMs + call.durationMs)),
    durationMs: 0,
    price: null,
  };
  return [...spans, recorded];
}
