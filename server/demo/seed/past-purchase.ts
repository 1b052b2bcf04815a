import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { getFlowVersion, type LiveVersion } from "#server/flows/run/flow-catalogue.ts";

type Step = { key: string; port: string; output: unknown };

const PRODUCT = { id: 7895, variant_id: 78951, name: "USB-C Cable", price: "19.00", stock: 261 };

/** The way of a purchase that went well, as the engine would have written it. */
const STEPS: Step[] = [
  { key: "start", port: "next", output: null },
  { key: "node_1_welcome", port: "next", output: null },
  { key: "node_2_extract_product", port: "next", output: PRODUCT.name },
  { key: "node_3_fetch_product", port: "next", output: PRODUCT },
  { key: "node_4_check_stock", port: "yes", output: { branch: "Yes", because: ["product_data.stock > 0"] } },
  { key: "node_5_show_product", port: "next", output: null },
  { key: "node_6_wait_confirm", port: "yes", output: { text: "Yes please", value: true } },
  { key: "node_7_create_order", port: "next", output: { orderId: 12344, orderNumber: "1000" } },
  { key: "node_8_confirm", port: "next", output: null },
  { key: "node_end", port: "", output: { outcome: "ordered" } },
];

const SAID = [
  { role: "customer", key: null, content: "I want to buy a USB-C Cable" },
  { role: "assistant", key: "node_1_welcome", content: "Great! Let me help you with that." },
  {
    role: "assistant",
    key: "node_5_show_product",
    content: "USB-C Cable is available for $19.00!\n\nWould you like to proceed with purchase?",
  },
  { role: "customer", key: null, content: "Yes please" },
  { role: "assistant", key: "node_8_confirm", content: "Your order #1000 has been confirmed!" },
] as const;

const after = (from: Date, seconds: number) => new Date(from.getTime() + seconds * 1000).toISOString();

async function insertTalk(
  tx: TenantTransaction,
  ids: { talk: string; run: string },
  from: Date,
): Promise<string> {
  const { tenantId } = tx;
  const [who] = await tx.sql`
    select i.customer_id, i.id as identity_id, i.channel_id from customer_identities i
    where i.tenant_id = ${tenantId} order by i.id offset 1 limit 1`;
  if (!who) throw new Error("A past purchase needs a past customer.");
  const rows = SAID.map((one, at) => ({
    id: newId(from.getTime() + at),
    position: at + 1,
    role: one.role,
    content: one.content,
    status: one.role === "customer" ? "received" : "read",
    intent: at === 0 ? "product_purchase" : null,
    confidence: at === 0 ? "0.91000" : null,
    execution: one.role === "customer" ? null : ids.run,
    key: one.key,
    effect: one.key ? `${ids.run}:${one.key}:1` : null,
    sent_at: after(from, at * 9),
  }));
  const end = after(from, SAID.length * 9);
  await tx.sql`
    insert into conversations (tenant_id, id, customer_id, channel_id, identity_id, session_key, status, started_at, resolved_at, closed_by,
      last_message_at, last_message_preview, last_message_role, last_inbound_at, message_count)
    values (${tenantId}, ${ids.talk}, ${who.customer_id}, ${who.channel_id}, ${who.identity_id}, ${`s_${ids.talk.slice(-12)}`}, 'resolved',
      ${from.toISOString()}, ${end}, 'bot', ${end}, ${SAID[4].content}, 'assistant', ${after(from, 27)}, ${SAID.length})`;
  await tx.sql`update customers set conversation_count = conversation_count + 1 where tenant_id = ${tenantId} and id = ${who.customer_id}`;
  await tx.sql`
    insert into messages (tenant_id, conversation_id, id, position, role, content, status, intent, confidence, flow_execution_id, node_key, effect_key, sent_at)
    select ${tenantId}, ${ids.talk}, m.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as m(id uuid, position int, role text, content text,
      status text, intent text, confidence numeric, execution uuid, key text, effect text, sent_at timestamptz)`;
  const heard = rows.filter((one) => one.role === "customer");
  await tx.sql`
    insert into counter_deltas (tenant_id, id, subject_type, subject_id, counter, delta, occurred_at)
    values (${tenantId}, ${newId()}, 'channel', ${who.channel_id}, 'inbound_count', ${heard.length}, ${heard.at(-1)?.sent_at ?? end}),
      (${tenantId}, ${newId()}, 'channel', ${who.channel_id}, 'message_count', ${rows.length - heard.length}, ${end})`;
  return String(rows[0]?.id);
}

async function insertRun(
  tx: TenantTransaction,
  version: LiveVersion,
  ids: { talk: string; run: string },
  from: Date,
  messageId: string,
) {
  const { tenantId } = tx;
  const nodeOf = (key: string) => version.snapshot.nodes.find((node) => node.key === key);
  const variables = {
    user_message: SAID[0].content,
    product_name: PRODUCT.name,
    product_data: PRODUCT,
    confirmed: true,
    order_id: 12344,
    order_number: "1000",
  };
  const steps = STEPS.map((step, at) => ({
    id: newId(from.getTime() + at),
    sequence: at + 1,
    node_key: step.key,
    node_type: nodeOf(step.key)?.type ?? "message",
    node_name: nodeOf(step.key)?.name ?? step.key,
    output: step.output,
    port: step.port || null,
    at: after(from, at * 4),
  }));
  const end = after(from, STEPS.length * 4);
  await tx.sql`
    insert into flow_executions (tenant_id, id, flow_id, flow_version_id, flow_version, conversation_id, started_by, trigger_message_id, status,
      current_node_key, variables, executed_nodes, step_count, outcome, started_at, completed_at, duration_ms)
    values (${tenantId}, ${ids.run}, ${version.flowId}, ${version.id}, ${version.version}, ${ids.talk},
      ${JSON.stringify({ type: "message", trigger: "intent", messageId })}, ${messageId}, 'completed', 'node_end', ${JSON.stringify(variables)},
      ${STEPS.map((step) => step.key)}, ${STEPS.length}, 'ordered', ${from.toISOString()}, ${end}, ${STEPS.length * 4000})`;
  await tx.sql`
    insert into flow_execution_steps (tenant_id, execution_id, id, sequence, node_key, node_type, node_name, visit, status, output, port, started_at, ended_at, duration_ms)
    select ${tenantId}, ${ids.run}, s.id, s.sequence, s.node_key, s.node_type, s.node_name, 1, 'completed', s.output, s.port, s.at, s.at, 0
    from jsonb_to_recordset(${JSON.stringify(steps)}::jsonb) as s(id uuid, sequence int, node_key text, node_type text, node_name text,
      output jsonb, port text, at timestamptz)`;
}

/** The counters of that run, appended like every run's, so that sums and their sources agree. */
async function insertCounters(tx: TenantTransaction, version: LiveVersion): Promise<void> {
  const taken = STEPS.flatMap((step) =>
    version.snapshot.connections.filter(
      (line) => line.sourceKey === step.key && line.sourcePort === step.port,
    ),
  );
  const deltas = [
    ["flow_path", JSON.stringify([version.version, ...taken.map((line) => line.key)]), 1] as const,
    ["flow", "execution_count", 1] as const,
    ["flow", "success_count", 1] as const,
    ["flow", "total_duration_ms", STEPS.length * 4000] as const,
  ];
  const rows = deltas.map(([subject, counter, delta]) => ({ id: newId(), subject, counter, delta }));
  await tx.sql`insert into counter_deltas (tenant_id, id, subject_type, subject_id, counter, delta)
    select ${tx.tenantId}, d.id, d.subject, ${version.flowId}, d.counter, d.delta
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as d(id uuid, subject text, counter text, delta numeric)`;
}

/** One purchase of three days ago by the tenant's second customer: a talk, its run and the run's steps. */
export async function addPastPurchase(tenantId: TenantId, flowVersionId: string): Promise<void> {
  const version = await getFlowVersion(tenantId, flowVersionId);
  const from = new Date(Date.now() - 3 * 86_400_000);
  const ids = { talk: newId(from.getTime()), run: newId(from.getTime() + 1) };
  await withTenant(tenantId, async (tx) => {
    const messageId = await insertTalk(tx, ids, from);
    await insertRun(tx, version, ids, from, messageId);
    await insertCounters(tx, version);
  });
}
