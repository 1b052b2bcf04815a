import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { costAlertInput } from "#domain/billing/cost-alert.ts";
import { planInput } from "#domain/billing/plan.ts";
import { quotaInput } from "#domain/billing/quota.ts";
import { newId } from "#domain/core/id.ts";
import { makeApiKey } from "#server/auth/api-key.ts";
import { createCostAlert } from "#server/billing/cost-alerts.ts";
import { runInvoices } from "#server/billing/invoices/run-invoices.ts";
import { issueCreditNote, refundPayment } from "#server/billing/payments/credit-invoice.ts";
import { STRIPE_GATEWAY } from "#server/billing/payments/open-gateway.ts";
import { addPaymentMethod } from "#server/billing/payments/payment-methods.ts";
import { topUpWallet } from "#server/billing/payments/top-up-wallet.ts";
import { createPlan, getFreePlan } from "#server/billing/plans.ts";
import { createQuota } from "#server/billing/quotas.ts";
import { startSubscription } from "#server/billing/subscriptions/start-subscription.ts";
import { addPrice, addRule } from "#server/billing/testing/billing-fixtures.ts";
import { createChannel } from "#server/channels/save-channel.ts";
import { createApiKey } from "#server/people/api-keys.ts";
import { createUser } from "#server/people/save-member.ts";
import { setTestClock } from "#server/platform/set-test-clock.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import type { TestHouse, TestShop } from "#server/testing/house.ts";
import type { Context } from "#server/trpc/context.ts";

const DAY = 86_400_000;

/** An operator key of the platform. */
export async function addOperatorKey(): Promise<string> {
  const { key, hash, tail } = makeApiKey("sk_op_");
  await withSystem(
    "test fixture",
    (tx) =>
      tx.sql`insert into platform_keys (id, name, key_hash, tail) values (${newId()}, 'Test', ${hash}, ${tail})`,
  );
  return key;
}

/** A webhook of a payment provider, journalled. */
export async function addPaymentEvent(): Promise<string> {
  const id = newId();
  const body = JSON.stringify({ id, type: "ping", data: { object: {} } });
  await withSystem(
    "test fixture",
    (tx) => tx.sql`insert into payment_events (id, gateway_id, delivery_key, type, body)
      values (${id}, ${STRIPE_GATEWAY}, ${id}, 'ping', convert_to(${body}, 'UTF8'))`,
  );
  return id;
}

const staff: Context = {
  principal: { kind: "platform_key", keyId: newId(), name: "Test" },
  tenant: null,
  requestId: "test",
  ip: null,
  userAgent: null,
};

/** Prices, markup and a plan, once for all tenants of a test. */
export async function addPlatform(): Promise<string> {
  await addPrice({
    serviceType: "token",
    provider: "openai",
    model: "gpt-4",
    unit: "per_1k_tokens",
    parts: { input: "0.03", output: "0.06" },
  });
  await addRule({ scope: "platform", serviceType: "token", markupPercent: "66" });
  const plan = planInput.parse({ name: "Pro", code: "pro", currency: "USD", monthlyPrice: "299" });
  return (await createPlan(plan)).id;
}

/** A shop with a row in every collection: last month's conversation, billed; members, keys, limits, events. */
export async function fillShop(house: TestHouse, slug: string, number: string, planId: string) {
  const shop = await house.addShop(slug, number);
  const { tenantId, actor } = shop;
  const lastMonth = new Date(new Date().getFullYear(), new Date().getMonth() - 1, 12, 12);
  await withTenant(tenantId, (tx) =>
    startSubscription(tx, { planId, startedAt: new Date(lastMonth.getTime() - 3 * DAY).toISOString() }),
  );
  await setTestClock(staff, { id: tenantId, now: lastMonth.toISOString() });
  const conversationId = await house.say(shop, `+1202555${number.slice(-4)}`, "I want to buy AirPods Pro");
  await setTestClock(staff, { id: tenantId, now: new Date().toISOString() });
  await runInvoices({ tenantId });
  const money = await addMoney(shop);
  const member = await createUser(actor, { email: `agent@${slug}.test`, name: "Agent", role: "agent" });
  const key = await createApiKey(actor, {
    name: "Second",
    ipAllowList: [],
    rateLimitPerSecond: 100,
    expiresAt: null,
  });
  const app = await createChannel(actor, { type: "api", name: "App", settings: {}, botEnabled: false });
  const alert = await createCostAlert(
    actor,
    costAlertInput.parse({ name: "Budget", budget: "1000", marks: ["50"], emails: ["a@b.test"] }),
  );
  const quota = await createQuota(actor, quotaInput.parse({ name: "All", limit: "1000" }));
  // The tests ask faster than any program may.
  await withTenant(
    tenantId,
    (tx) => tx.sql`update api_keys set rate_limit_per_second = 100000 where tenant_id = ${tenantId}`,
  );
  await recordSystemEvent({ kind: "test", source: slug, severity: 1, message: "A test event.", tenantId });
  return {
    ...shop,
    ...money,
    conversationId,
    memberId: member.id,
    keyId: key.id,
    appId: app.id,
    alertId: alert.id,
    quotaId: quota.id,
    otherPlanId: (await getFreePlan()).id,
  };
}

/** A saved card, money in the wallet, a part of it given back, and a credit note on the invoice. */
async function addMoney({ tenantId, actor }: Pick<TestShop, "tenantId" | "actor">) {
  const card = await addPaymentMethod(actor, { externalMethodId: `pm_${newId()}`, isDefault: true });
  const payment = await topUpWallet(actor, { amount: "5.00" });
  await refundPayment(staff, { paymentId: payment.id, amount: "1.00", reason: "Test" });
  const [invoice] = await withTenant(tenantId, (tx) => tx.sql`select id from invoices limit 1`);
  const asked = {
    invoiceId: String(invoice?.id),
    amount: "1.00",
    reason: "Test",
    settleAs: "wallet" as const,
  };
  const note = await issueCreditNote(staff, asked);
  return { paymentMethodId: card.id, paymentId: payment.id, creditNoteId: note.id };
}

export type FilledShop = Awaited<ReturnType<typeof fillShop>>;

async function tenantEvent(tenantId: string): Promise<string> {
  const [row] = await withSystem(
    "test fixture",
    (tx) => tx.sql`select id from system_events where tenant_ref = ${tenantId} limit 1`,
  );
  return String(row?.id ?? "missing");
}

/** Ids that only reading finds: the customer's message, its call's record, the run, the invoice and its levels. */
export async function readIds(shop: TestShop & { conversationId: string }) {
  const one = async (query: string) => {
    const rows = await withTenant(shop.tenantId, (tx) => tx.sql.unsafe(query));
    return String(rows[0]?.id ?? "missing");
  };
  const talk = shop.conversationId;
  return {
    customerId: await one(`select customer_id as id from conversations where id = '${talk}'`),
    messageId: await one(
      `select id from messages where conversation_id = '${talk}' and role = 'customer' order by position limit 1`,
    ),
    executionId: await one(`select id from flow_executions where conversation_id = '${talk}'`),
    usageId: await one(`select id from usage_breakdown where conversation_id = '${talk}' limit 1`),
    invoiceId: await one("select id from invoices limit 1"),
    lineId: await one("select id from invoice_lines where service_type = 'token' limit 1"),
    day: await one(`select usage_day as id from usage_breakdown where conversation_id = '${talk}' limit 1`),
    endpointId: shop.getProductId,
    intentId: await one("select id from intents order by id limit 1"),
    auditId: await one("select id from audit_log order by id limit 1"),
    eventId: await tenantEvent(shop.tenantId),
    journalId: await one("select id from webhook_journal limit 1"),
  };
}
