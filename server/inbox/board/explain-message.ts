import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import { getUsage } from "#server/billing/list-usage.ts";
import { getFlowVersion, type LiveVersion } from "#server/flows/run/flow-catalogue.ts";
import type { Actor } from "#server/trpc/context.ts";
import { type CallRow, sumCalls } from "../messages/message-calls.ts";
import type { MessageRow } from "../messages/message-view.ts";
import { readMessage } from "../messages/read-messages.ts";

type Row = Record<string, unknown>;

const TASKS: Record<string, string> = {
  classify: "Find the intent",
  extract: "Extract",
  choose: "Choose a branch",
  generate: "Write a text",
};

/** The customer's message that this one answers: the last one before it, with the intent that was found in it. */
async function askedIn(tx: TenantTransaction, row: MessageRow): Promise<Row | undefined> {
  const rows = await tx.sql<Row[]>`
    select m.id, m.intent, m.confidence, i.threshold from messages m
    left join intents i on i.tenant_id = m.tenant_id and i.name = m.intent and i.archived_at is null
    where m.tenant_id = ${tx.tenantId} and m.conversation_id = ${String(row.conversation_id)} and m.role = 'customer'
      and m.position <= ${Number(row.position)} order by m.position desc limit 1`;
  return rows[0];
}

/** The steps of the message's run up to the message: by the effect key, which names the node's visit. */
async function stepsTo(tx: TenantTransaction, row: MessageRow): Promise<Row[]> {
  if (!row.flow_execution_id) return [];
  const visit = Number(String(row.effect_key ?? "").split(":")[2] ?? 1) || 1;
  return tx.sql<Row[]>`
    select s.node_key, s.node_name, s.node_type, s.port, s.output, s.sequence from flow_execution_steps s
    where s.tenant_id = ${tx.tenantId} and s.execution_id = ${String(row.flow_execution_id)} and s.sequence <= (
      select sequence from flow_execution_steps where tenant_id = ${tx.tenantId}
        and execution_id = ${String(row.flow_execution_id)} and node_key = ${String(row.node_key)} and visit = ${visit})
    order by s.sequence`;
}

function answerOf(step: Row): string | null {
  const output = step.output as { branch?: unknown; text?: unknown } | null;
  if (step.node_type === "condition" && typeof output?.branch === "string") return output.branch;
  return step.node_type === "question" && typeof output?.text === "string" ? output.text : null;
}

function becauseOf(steps: readonly Row[]) {
  return steps.flatMap((step) => {
    const output = step.output as { because?: unknown } | null;
    if (step.node_type !== "condition" || !Array.isArray(output?.because)) return [];
    return output.because.map((expression) => ({
      expression: String(expression),
      source: String(step.node_name),
    }));
  });
}

function callView(call: CallRow, version: LiveVersion | null, costs: boolean) {
  const node = version?.snapshot.nodes.find((one) => one.key === call.node_key);
  const amount = (value: unknown) => (value === null ? "0" : formatAmount(amountFromDatabase(String(value))));
  return {
    id: String(call.id),
    usageRecordId: (call.record_id as string | null) ?? null,
    label: node?.name ?? TASKS[String(call.task)] ?? String(call.task),
    task: String(call.task),
    provider: String(call.provider),
    model: String(call.model),
    status: String(call.status),
    error: (call.error as string | null) ?? null,
    inputTokens: Number(call.input_tokens ?? 0),
    outputTokens: Number(call.output_tokens ?? 0),
    durationMs: (call.duration_ms as number | null) ?? null,
    providerCost: costs ? amount(call.provider_cost) : null,
    clientPrice: amount(call.client_price),
  };
}

function totalCost(calls: readonly CallRow[]): string {
  const sum = calls.reduce(
    (all, call) => all + (call.provider_cost === null ? 0n : amountFromDatabase(String(call.provider_cost))),
    0n,
  );
  return formatAmount(sum);
}

/** The rule behind the prices, told by the first record; only those who see bills read it. */
async function ruleOf(actor: Actor, calls: readonly CallRow[]): Promise<string | null> {
  const recordId = calls.find((call) => call.record_id !== null)?.record_id;
  if (typeof recordId !== "string" || !actor.allows("billing.view")) return null;
  return (await getUsage(actor, recordId)).rule;
}

function intentOf(asked: Row | undefined) {
  if (!asked?.intent || asked.confidence === null) return null;
  return {
    name: String(asked.intent),
    confidence: Number(asked.confidence),
    threshold: Number(asked.threshold ?? 0.5),
  };
}

/**
 * Why the bot said this: the intent and its confidence, the node that sent it, the way the run took, the conditions that
 * held, and every model call with tokens, cost and price. Throws `not_found`.
 */
export async function explainMessage(actor: Actor, messageId: string) {
  const { row, calls } = await readMessage(actor, messageId);
  const costs = actor.allows("billing.cost");
  const [asked, steps, runs] = await withTenant(actor.tenantId, (tx) =>
    Promise.all([
      askedIn(tx, row),
      stepsTo(tx, row),
      tx.sql`select e.id, e.flow_id, e.flow_version, f.name from flow_executions e
        join flows f on f.tenant_id = e.tenant_id and f.id = e.flow_id
        where e.tenant_id = ${tx.tenantId} and e.id = ${row.flow_execution_id as string | null}`,
    ]),
  );
  const version = row.flow_version_id
    ? await getFlowVersion(actor.tenantId, String(row.flow_version_id))
    : null;
  const node = version?.snapshot.nodes.find((one) => one.key === row.node_key);
  const run = runs[0];
  const sums = sumCalls(calls);
  return {
    messageId,
    intent: intentOf(asked),
    node: node
      ? {
          key: node.key,
          name: node.name,
          type: node.type,
          mode: typeof node.settings.mode === "string" ? node.settings.mode : null,
        }
      : null,
    flow: run
      ? {
          id: String(run.flow_id),
          name: String(run.name),
          version: Number(run.flow_version),
          executionId: String(run.id),
        }
      : null,
    path: steps
      .filter((step) => step.node_type !== "start")
      .map((step) => ({
        nodeKey: String(step.node_key),
        name: String(step.node_name),
        answer: answerOf(step),
      })),
    because: becauseOf(steps),
    calls: calls.map((call) => callView(call, version, costs)),
    totals: {
      tokens: sums.tokens,
      providerCost: costs ? totalCost(calls) : null,
      clientPrice: sums.clientPrice,
    },
    currency: String(row.currency ?? "USD"),
    rule: await ruleOf(actor, calls),
  };
}
