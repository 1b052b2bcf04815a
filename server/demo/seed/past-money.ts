import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { issueCreditNote, refundPayment } from "#server/billing/payments/credit-invoice.ts";
import { createGateway } from "#server/billing/payments/gateways.ts";
import { payInvoice } from "#server/billing/payments/pay-invoice.ts";
import { addPaymentMethod } from "#server/billing/payments/payment-methods.ts";
import { topUpWallet } from "#server/billing/payments/top-up-wallet.ts";
import { demoPeers } from "../demo-peers.ts";
import { demoSecrets } from "../demo-secrets.ts";
import { servePeer } from "../peers/serve-peer.ts";
import { systemActor } from "./system-actor.ts";

const setBase = (gatewayId: string, address: string) =>
  withSystem(
    "seed demo",
    (tx) => tx.sql`update payment_gateways set api_base_url = ${address} where id = ${gatewayId}`,
  );

/** A saved card, the oldest bill paid with it and a little credited, money into the wallet and back. */
async function addMoney(tenantId: TenantId, gatewayId: string): Promise<void> {
  const actor = systemActor(tenantId);
  const staff = { ...actor, tenant: null };
  const card = await addPaymentMethod(actor, {
    gatewayId,
    externalMethodId: `pm_demo_${newId()}`,
    isDefault: false,
  });
  const paymentMethodId = card.id;
  const [oldest] = await withTenant(
    tenantId,
    (tx) =>
      tx.sql`select id from invoices where status = 'open' and amount_due > 1 order by period_start limit 1`,
  );
  if (oldest) {
    const invoiceId = oldest.id as string;
    await payInvoice(actor, { id: invoiceId, source: "gateway", paymentMethodId });
    const reason = "Two text messages that were sent twice";
    await issueCreditNote(staff, { invoiceId, amount: "0.05", reason, settleAs: "refund" });
  }
  const payment = await topUpWallet(actor, { amount: "25.00", paymentMethodId });
  await refundPayment(staff, { paymentId: payment.id, reason: "Entered by mistake" });
}

/**
 * What was paid in the past, by the same deeds as a person's and through the demo's Stripe, which is a gateway of its
 * own beside the platform's account. While the seed runs nothing listens yet, so the peer is served for itself.
 */
export async function addPastMoney(tenants: readonly TenantId[]): Promise<void> {
  const { stripe } = demoSecrets();
  const { secretKey, webhookSecret } = stripe;
  const named = { provider: "stripe" as const, name: "Stripe (demo)", active: true, settings: {} };
  const { id } = await createGateway({ ...named, credentials: { secretKey }, webhookSecret });
  stripe.gatewayId = id;
  const served = await servePeer(demoPeers().stripe.handle);
  await setBase(id, served.url);
  try {
    for (const tenantId of tenants) await addMoney(tenantId, id);
  } finally {
    await setBase(id, "self:/api/demo/stripe");
    await served.close();
  }
}
