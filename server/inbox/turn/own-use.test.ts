import { afterAll, beforeAll, expect, it } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { pricingRuleInput } from "#domain/billing/pricing-rule.ts";
import { quotaInput } from "#domain/billing/quota.ts";
import { registerMeterTimers } from "#server/billing/meter/owe-usage.ts";
import { createPricingRule } from "#server/billing/pricing-rules.ts";
import { createQuota, deleteQuota, getQuota } from "#server/billing/quotas.ts";
import { changeSubscription } from "#server/billing/subscriptions/change-subscription.ts";
import { addPlan } from "#server/billing/testing/sandbox-tenant.ts";
import { sweepTimers } from "#server/runtime/timers.ts";
import { fixedModel, post, startMainJob, until } from "#server/testing/main-job.ts";
import { ingestStatus } from "../ingest/ingest-status.ts";

useTestDatabase();

let job: Awaited<ReturnType<typeof startMainJob>>;
const model = fixedModel({
  classify: JSON.stringify({ intent: "product_purchase", confidence: 0.95 }),
  extract: JSON.stringify({ product_name: "AirPods Pro" }),
});

beforeAll(async () => {
  registerMeterTimers();
  job = await startMainJob(model);
});
afterAll(() => job.stop());

/** Two messages out and one call of the shop: a customer asks, and the flow waits for an answer. */
async function ask(from: string): Promise<string> {
  await post(job.webhookUrl, { id: `wamid.${from}`, text: "I want to buy AirPods Pro", from });
  const [run] = await until(
    job.tenantId,
    (sql) => sql`select e.status, e.conversation_id from flow_executions e
      join conversations v on v.tenant_id = e.tenant_id and v.id = e.conversation_id
      join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id where c.phone = ${`+${from}`}`,
    (rows) => rows[0]?.status === "waiting" || rows[0]?.status === "failed",
  );
  expect(run?.status).toBe("waiting");
  await sweepTimers(job.tenantId);
  return String(run?.conversation_id);
}

const ownUse = (conversationId: string) =>
  withTenant(
    job.tenantId,
    (
      tx,
    ) => tx.sql`select service_type, provider, model, status, unpriced, own_key, provider_cost, client_price, covered_quantity
      from usage_breakdown where conversation_id = ${conversationId} and service_type <> 'token' order by ingest_seq`,
  );

const owed = () =>
  withTenant(job.tenantId, (tx) => tx.sql`select 1 from timers where kind = 'usage.owed'`).then(
    (rows) => rows.length,
  );

it("writes nothing more for a turn while no fee is set and no plan counts it", async () => {
  const conversationId = await ask("12025550301");
  expect(await ownUse(conversationId)).toEqual([]);
  expect(await owed()).toBe(0);
});

it("meters messages and calls once a fee is set, at cost 0, never unpriced, and exactly once", async () => {
  const fee = (serviceType: string, amount: string) =>
    createPricingRule(
      pricingRuleInput.parse({
        scope: "tenant",
        tenantId: job.tenantId,
        serviceType,
        fixedPrice: { unit: "per_unit", parts: { amount } },
        validFrom: "2020-01-01T00:00:00Z",
      }),
      "test",
    );
  await fee("message", "0.005");
  await fee("api_call", "0.001");
  const conversationId = await ask("12025550302");
  const records = await ownUse(conversationId);
  const base = { status: "succeeded", unpriced: false, own_key: true, provider_cost: "0.000000000000" };
  const message = { service_type: "message", provider: "whatsapp", model: "service" };
  const call = { service_type: "api_call", provider: "shopify" };
  expect(records).toHaveLength(3);
  expect(records.filter((one) => one.service_type === "message")).toMatchObject([
    { ...base, ...message, client_price: "0.005000000000" },
    { ...base, ...message, client_price: "0.005000000000" },
  ]);
  expect(records.find((one) => one.service_type === "api_call")).toMatchObject({
    ...base,
    ...call,
    client_price: "0.001000000000",
  });
  expect(await owed()).toBe(3);
  await sweepTimers(job.tenantId);
  expect(await ownUse(conversationId)).toHaveLength(3);
});

it("asks quotas for room, and a person takes over where one pauses what the bot sends", async () => {
  const quota = await createQuota(
    job.actor,
    quotaInput.parse({
      name: "Messages",
      type: "message",
      measure: "quantity",
      limit: "3",
      pauseMessage: "We rest today; a colleague answers.",
    }),
  );
  // Two have left this month; the third fills the limit, the fourth is refused.
  const from = "12025550305";
  await post(job.webhookUrl, { id: `wamid.${from}`, text: "I want to buy AirPods Pro", from });
  await until(
    job.tenantId,
    (
      sql,
    ) => sql`select v.status from conversations v join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
      where c.phone = ${`+${from}`}`,
    (rows) => rows[0]?.status === "escalated",
  );
  const said = await until(
    job.tenantId,
    async () => job.whatsapp.thread(from).map((one) => one.text),
    (texts) => texts.length === 2,
  );
  expect(said).toEqual(["Great! Let me help you with that.", "We rest today; a colleague answers."]);
  await sweepTimers(job.tenantId);
  expect(await getQuota(job.tenantId, quota.id)).toMatchObject({
    isExceeded: true,
    currentAmount: "4",
    reservedAmount: "0",
  });
  await deleteQuota(job.actor, quota.id);
});

it("meters a message whose answer was lost once a status proves that it was taken", async () => {
  const conversationId = await ask("12025550304");
  const before = await ownUse(conversationId);
  const channelId = job.connected.channel.id;
  const [lost] = await withTenant(
    job.tenantId,
    (
      tx,
    ) => tx.sql`update channel_messages cm set uncertain = true, status = 'sending', status_rank = 1, external_message_id = null
      from messages m where m.tenant_id = cm.tenant_id and m.id = cm.message_id and m.conversation_id = ${conversationId}
        and cm.direction = 'outbound' returning cm.id`,
  );
  const [attempt] = await withTenant(
    job.tenantId,
    (tx) => tx.sql`select id from delivery_attempts where channel_message_id = ${String(lost?.id)}`,
  );
  const status = {
    kind: "status",
    externalId: "wamid.proven",
    providerTime: new Date().toISOString(),
    errorCode: null,
    errorMessage: null,
    callbackData: String(attempt?.id),
    raw: null,
  } as const;
  for (const state of ["sent", "delivered"] as const)
    await withTenant(job.tenantId, (tx) => ingestStatus(tx, { ...status, status: state }, channelId));
  await sweepTimers(job.tenantId);
  const records = await ownUse(conversationId);
  expect(records).toHaveLength(before.length + 1);
  expect(records.at(-1)).toMatchObject({ service_type: "message", client_price: "0.005000000000" });
});

it("counts messages that the plan includes as covered", async () => {
  const plan = await addPlan({ included: { messages: 1 } });
  await changeSubscription(job.actor, { planId: plan.id, at: "now" });
  const records = await ownUse(await ask("12025550303"));
  const messages = records.filter((one) => one.service_type === "message");
  expect(messages.map((one) => one.covered_quantity)).toEqual(["1", null]);
});
