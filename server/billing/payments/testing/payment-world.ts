import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { servePeer } from "#server/demo/peers/serve-peer.ts";
import { StripePeer, signedStripeEvent } from "#server/demo/peers/stripe-peer.ts";
import { forget } from "#server/runtime/process.ts";
import type { Context } from "#server/trpc/context.ts";
import { closeMonth } from "../../invoices/close-month.ts";
import { draftMonthWithin } from "../../invoices/draft-month.ts";
import { createPlan } from "../../plans.ts";
import { startSubscription } from "../../subscriptions/start-subscription.ts";
import { makeActor, makeTenant } from "../../testing/billing-fixtures.ts";
import { acceptPaymentWebhook } from "../accept-payment-webhook.ts";
import { applyPaymentEvent } from "../apply-payment-event.ts";
import { STRIPE_GATEWAY } from "../open-gateway.ts";

export const SECRET_KEY = "sk_test_aurora";
export const WEBHOOK_SECRET = "whsec_aurora_test";

/** A member of staff of the platform. */
export const staff: Context = {
  principal: { kind: "platform_key", keyId: newId(), name: "Staff" },
  tenant: null,
  requestId: "test",
  ip: null,
  userAgent: null,
};

/** Stripe on loopback, and a house that knows its keys. */
export async function openStripe() {
  const peer = new StripePeer(SECRET_KEY);
  const served = await servePeer(peer.handle);
  Object.assign(process.env, {
    ENCRYPTION_KEY: "k".repeat(40),
    STRIPE_SECRET_KEY: SECRET_KEY,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    STRIPE_API_BASE: served.url,
  });
  forget("env");
  return { peer, close: served.close };
}

/** A tenant with one open invoice of January 2025 over the given monthly price. */
export async function makeDebtor(
  price: string,
  given: { currency?: string; taxRatePercent?: string; sandbox?: boolean } = {},
) {
  const tenantId = await makeTenant(given);
  const plan = await createPlan({
    name: "Plan",
    code: `plan-${newId()}`,
    currency: given.currency ?? "USD",
    monthlyPrice: price,
    interval: "month",
    trialDays: 0,
    intervalCount: 1,
    overage: {},
    minimumCommitment: "0",
    included: {},
    limits: {},
    features: [],
  });
  await withTenant(tenantId, (tx) =>
    startSubscription(tx, { planId: plan.id, startedAt: "2024-12-01T00:00:00Z" }),
  );
  const closed = await closeMonth(tenantId, "2025-01");
  return { tenantId, actor: makeActor(tenantId), invoiceId: closed?.invoiceId ?? "" };
}

/** The draft of a month after one that is billed; its tenant has a plan of 10.00. */
export async function makeDraft(): Promise<string> {
  const { tenantId } = await makeDebtor("10.00");
  const id = await withTenant(tenantId, (tx) => draftMonthWithin(tx, "2025-02", null));
  if (!id) throw new Error("There is no draft.");
  return id;
}

/** Posts a webhook to the door and applies what it journalled, as the background function would. */
export async function postStripe(event: Parameters<typeof signedStripeEvent>[1], secret = WEBHOOK_SECRET) {
  const { body, headers } = signedStripeEvent(secret, event);
  const request = new Request("http://house.test/api/webhooks/stripe", { method: "POST", body, headers });
  const response = await acceptPaymentWebhook(request, "stripe", STRIPE_GATEWAY);
  return { status: response.status, outcomes: await applyReceived() };
}

/** Applies every event that waits; what was applied before is not touched. */
export async function applyReceived(): Promise<string[]> {
  const rows = await withSystem(
    "test",
    (tx) => tx.sql`select id from payment_events where status = 'received' order by id`,
  );
  const outcomes: string[] = [];
  for (const row of rows) outcomes.push(await applyPaymentEvent(row.id as string));
  return outcomes;
}

/** What is kept about a tenant's money, to see that nothing changed. */
export async function moneyOf(tenantId: TenantId): Promise<string> {
  return withTenant(tenantId, async ({ sql }) => {
    const rows = await Promise.all([
      sql`select id, status, amount_due, amount_paid, credited, wallet_applied, paid_at from invoices order by id`,
      sql`select id, status, amount, refunded_amount, external_payment_id, processed_at from payments order by id`,
      sql`select id, amount, balance_after from wallet_entries order by id`,
      sql`select id, status, amount from refunds order by id`,
    ]);
    return JSON.stringify(rows);
  });
}
