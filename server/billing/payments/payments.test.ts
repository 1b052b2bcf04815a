import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { servePeer } from "#server/demo/peers/serve-peer.ts";
import type { StripePeer } from "#server/demo/peers/stripe-peer.ts";
import { CHECKOUT_PEERS, CheckoutPeer } from "#server/providers/payments/testing/checkout-peers.ts";
import { forget } from "#server/runtime/process.ts";
import { getInvoice } from "../invoices/read-invoice.ts";
import { acceptPaymentWebhook } from "./accept-payment-webhook.ts";
import { applyPaymentEvent } from "./apply-payment-event.ts";
import { createGateway } from "./gateways.ts";
import { STRIPE_GATEWAY } from "./open-gateway.ts";
import { payInvoice } from "./pay-invoice.ts";
import {
  addPaymentMethod,
  getPaymentMethod,
  listPaymentMethods,
  openBillingPortal,
} from "./payment-methods.ts";
import { listPayments } from "./read-payments.ts";
import { applyReceived, makeDebtor, moneyOf, openStripe, postStripe } from "./testing/payment-world.ts";

useTestDatabase();

let stripe: Awaited<ReturnType<typeof openStripe>>;
let peer: StripePeer;
const PAGE = { limit: 50 };

beforeAll(async () => {
  stripe = await openStripe();
  peer = stripe.peer;
});
afterAll(() => stripe.close());

type Debtor = Awaited<ReturnType<typeof makeDebtor>>;
const pay = (debtor: Debtor, more: object = {}) =>
  payInvoice(debtor.actor, { id: debtor.invoiceId, source: "gateway", ...more });
let cards = 0;
const addCard = (debtor: Debtor) => {
  cards += 1;
  return addPaymentMethod(debtor.actor, { externalMethodId: `pm_card_${cards}`, isDefault: true });
};
const mismatches = (tenantId: TenantId) =>
  withSystem(
    "test",
    (tx) =>
      tx.sql`select message from system_events where kind = 'payments.amount_mismatch' and tenant_ref = ${tenantId}`,
  );

describe("paying with a saved card", () => {
  it("charges integer minor units once, and the invoice names the payment", async () => {
    const debtor = await makeDebtor("319.00", { taxRatePercent: "10" });
    const card = await addCard(debtor);
    expect(card).toMatchObject({ status: "active", brand: "visa", last4: "4242", isDefault: true });
    const payment = await pay(debtor);
    expect(payment).toMatchObject({
      status: "succeeded",
      amount: "350.90",
      currency: "USD",
      provider: "stripe",
    });
    const intent = peer.objects.get(payment?.externalPaymentId ?? "");
    expect([intent?.amount, intent?.currency]).toEqual([35_090, "usd"]);
    expect(peer.requests.at(-1)?.idempotencyKey).toBe(`payment-${payment?.id}`);
    expect(await getInvoice(debtor.tenantId, debtor.invoiceId)).toMatchObject({
      status: "paid",
      amountDue: "0.00",
      amountPaid: "350.90",
      paymentMethod: "Stripe",
      paymentTransactionId: payment?.externalPaymentId,
    });
    await expect(pay(debtor)).rejects.toMatchObject({ kind: "precondition", code: "invoices.paid" });
  });

  it.each([
    ["JPY", "5000", 5000],
    ["KWD", "12.345", 12_345],
  ])("counts %s in its own coins", async (currency, price, units) => {
    const debtor = await makeDebtor(price, { currency });
    await addCard(debtor);
    const payment = await pay(debtor);
    expect(peer.objects.get(payment?.externalPaymentId ?? "")?.amount).toBe(units);
    expect(payment).toMatchObject({ status: "succeeded", amount: price });
  });

  it("says why a card was refused, and takes another try", async () => {
    const debtor = await makeDebtor("20.00");
    const card = await addCard(debtor);
    const row = await withTenant(
      debtor.tenantId,
      (tx) => tx.sql`select external_id from payment_methods where id = ${card.id}`,
    );
    peer.behaviour.set(String(row[0]?.external_id), "decline");
    expect(await pay(debtor)).toMatchObject({
      status: "failed",
      failureCode: "insufficient_funds",
      failureReason: "Your card has insufficient funds.",
    });
    expect(await getInvoice(debtor.tenantId, debtor.invoiceId)).toMatchObject({
      status: "open",
      amountDue: "20.00",
    });
    peer.behaviour.clear();
    expect(await pay(debtor)).toMatchObject({ status: "succeeded" });
  });

  it("charges once when the answer was lost and the payment is tried again", async () => {
    const debtor = await makeDebtor("20.00");
    await addCard(debtor);
    peer.failing = { times: 3, after: true };
    await expect(pay(debtor)).rejects.toMatchObject({ kind: "unavailable" });
    expect((await listPayments(debtor.tenantId, PAGE)).data).toMatchObject([{ status: "pending" }]);
    expect(await pay(debtor)).toMatchObject({ status: "succeeded" });
    const intents = [...peer.objects.values()].filter(
      (object) => (object.metadata as { invoiceId?: string } | undefined)?.invoiceId === debtor.invoiceId,
    );
    expect(intents).toHaveLength(1);
    expect((await listPayments(debtor.tenantId, PAGE)).data).toHaveLength(1);
  });

  it("makes one payment of twenty at the same moment", async () => {
    const debtor = await makeDebtor("20.00");
    await addCard(debtor);
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => pay(debtor)));
    expect(tries.some((one) => one.status === "fulfilled")).toBe(true);
    const { data } = await listPayments(debtor.tenantId, PAGE);
    expect(data.filter((payment) => payment.status === "succeeded")).toHaveLength(1);
    const charges = [...peer.objects.values()].filter(
      (object) => (object.metadata as { invoiceId?: string } | undefined)?.invoiceId === debtor.invoiceId,
    );
    expect(charges).toHaveLength(1);
    expect(await getInvoice(debtor.tenantId, debtor.invoiceId)).toMatchObject({
      status: "paid",
      amountDue: "0.00",
    });
  });
});

describe("paying on the provider's page", () => {
  it("opens the page, and is paid when the webhook says so and the session itself agrees", async () => {
    const debtor = await makeDebtor("50.00");
    const payment = await pay(debtor);
    expect(payment).toMatchObject({
      status: "pending",
      checkoutUrl: expect.stringContaining("https://checkout.example/"),
    });
    expect((await pay(debtor))?.id).toBe(payment?.id);
    const session = payment?.externalPaymentId ?? "";
    const early = { type: "checkout.session.completed", object: peer.objects.get(session) ?? {} };
    expect(await postStripe(early)).toMatchObject({ status: 200, outcomes: ["ignored"] });
    const intent = peer.completeCheckout(session);
    const done = {
      id: "evt_page_done",
      type: "checkout.session.completed",
      object: peer.objects.get(session) ?? {},
    };
    expect(await postStripe(done)).toMatchObject({ status: 200, outcomes: ["applied"] });
    expect(await getInvoice(debtor.tenantId, debtor.invoiceId)).toMatchObject({
      status: "paid",
      paymentTransactionId: intent.id,
    });
    const settled = await moneyOf(debtor.tenantId);
    expect(await postStripe(done)).toMatchObject({ status: 200, outcomes: [] });
    for (const type of [
      "payment_intent.created",
      "payment_intent.payment_failed",
      "payment_intent.succeeded",
      "charge.updated",
    ]) {
      await postStripe({ type, object: { ...intent, status: "requires_payment_method" } });
    }
    expect(await moneyOf(debtor.tenantId)).toBe(settled);
  });

  it("closes the page before a card pays, so that nobody pays twice", async () => {
    const debtor = await makeDebtor("50.00");
    const page = await pay(debtor);
    await addCard(debtor);
    expect(await pay(debtor)).toMatchObject({ status: "succeeded" });
    expect(peer.objects.get(page?.externalPaymentId ?? "")?.status).toBe("expired");
    expect((await listPayments(debtor.tenantId, PAGE)).data.map((payment) => payment.status)).toEqual([
      "succeeded",
      "cancelled",
    ]);
  });

  it("gives up a page that never came about, and charges a card of unknown outcome no second time", async () => {
    const debtor = await makeDebtor("50.00");
    peer.failing = { times: 3, after: false };
    // The customer is made first; its failure leaves the attempt without anything at the provider.
    await expect(pay(debtor)).rejects.toMatchObject({ kind: "unavailable" });
    await addCard(debtor);
    peer.failing = { times: 3, after: true };
    await expect(pay(debtor)).rejects.toMatchObject({ kind: "unavailable" });
    expect(await pay(debtor, { gatewayId: STRIPE_GATEWAY }).catch((error: unknown) => error)).toMatchObject({
      code: "invoices.paid",
    });
    expect((await listPayments(debtor.tenantId, PAGE)).data.map((one) => one.status)).toEqual([
      "succeeded",
      "cancelled",
    ]);
    expect(await getInvoice(debtor.tenantId, debtor.invoiceId)).toMatchObject({
      status: "paid",
      amountPaid: "50.00",
    });
  });

  it("saves a card by a page of its own", async () => {
    const debtor = await makeDebtor("50.00");
    const method = await addPaymentMethod(debtor.actor, { isDefault: true });
    expect(method).toMatchObject({
      status: "pending",
      setupUrl: expect.stringContaining("https://checkout.example/"),
    });
    const [row] = await withTenant(
      debtor.tenantId,
      (tx) => tx.sql`select setup_id from payment_methods where id = ${method.id}`,
    );
    const session = peer.completeCheckout(String(row?.setup_id));
    expect(await postStripe({ type: "checkout.session.completed", object: session })).toMatchObject({
      outcomes: ["applied"],
    });
    expect(await getPaymentMethod(debtor.tenantId, method.id)).toMatchObject({
      status: "active",
      last4: "4242",
      isDefault: true,
    });
    expect((await openBillingPortal(debtor.actor)).url).toContain("https://billing.example/");
    expect((await listPaymentMethods(debtor.tenantId, PAGE)).data).toHaveLength(1);
  });
});

describe("webhooks", () => {
  it("are refused with a wrong, an old or no signature, and store nothing but a counted event", async () => {
    const event = { type: "payment_intent.succeeded", object: { id: "pi_forged", object: "payment_intent" } };
    expect((await postStripe(event, "whsec_other")).status).toBe(401);
    expect((await postStripe({ ...event, timestamp: Math.floor(Date.now() / 1000) - 600 })).status).toBe(401);
    const bare = new Request("http://house.test/", { method: "POST", body: "{}" });
    expect((await acceptPaymentWebhook(bare, "stripe", STRIPE_GATEWAY)).status).toBe(401);
    const large = new Request("http://house.test/", { method: "POST", body: "x".repeat(1024 * 1024 + 1) });
    expect((await acceptPaymentWebhook(large, "stripe", STRIPE_GATEWAY)).status).toBe(413);
    const unknown = new Request("http://house.test/", { method: "POST", body: "{}" });
    expect(
      (await acceptPaymentWebhook(unknown, "stripe", "01900000-0000-7000-8000-000000000099")).status,
    ).toBe(404);
    const rows = await withSystem(
      "test",
      (tx) => tx.sql`select count from system_events where kind = 'webhook.signature_refused'`,
    );
    expect(rows).toMatchObject([{ count: 3 }]);
    const kept = await withSystem(
      "test",
      (tx) => tx.sql`select 1 from payment_events where encode(body, 'escape') like '%pi_forged%'`,
    );
    expect(kept).toHaveLength(0);
  });

  it.each([
    ["another amount", { amount: 4_999, amount_received: 4_999 }],
    ["another currency", { currency: "eur" }],
  ])("with %s leave the invoice open and are told to staff", async (_name, changed) => {
    const debtor = await makeDebtor("50.00");
    const page = await pay(debtor);
    const before = await moneyOf(debtor.tenantId);
    const intent = peer.completeCheckout(page?.externalPaymentId ?? "");
    const object = { ...intent, ...changed };
    expect(await postStripe({ type: "payment_intent.succeeded", object })).toMatchObject({
      status: 200,
      outcomes: ["refused"],
    });
    expect(await moneyOf(debtor.tenantId)).toBe(before);
    expect(await mismatches(debtor.tenantId)).toHaveLength(1);
    Object.assign(intent, changed);
    await postStripe({
      type: "checkout.session.completed",
      object: { ...peer.objects.get(page?.externalPaymentId ?? "") },
    });
    expect(await moneyOf(debtor.tenantId)).toBe(before);
    expect(await getInvoice(debtor.tenantId, debtor.invoiceId)).toMatchObject({ status: "open" });
  });

  it("settle what was processing, late or early, by asking again", async () => {
    const debtor = await makeDebtor("50.00");
    const card = await addCard(debtor);
    const [row] = await withTenant(
      debtor.tenantId,
      (tx) => tx.sql`select external_id from payment_methods where id = ${card.id}`,
    );
    peer.behaviour.set(String(row?.external_id), "processing");
    const payment = await pay(debtor);
    expect(payment).toMatchObject({ status: "processing" });
    const intent = peer.objects.get(payment?.externalPaymentId ?? "") ?? { id: "" };
    // The success is told before it is true: the intent still says processing.
    await postStripe({ type: "payment_intent.succeeded", object: { ...intent } });
    expect(await getInvoice(debtor.tenantId, debtor.invoiceId)).toMatchObject({ status: "open" });
    peer.settle(intent.id, true);
    expect(await postStripe({ type: "payment_intent.processing", object: { ...intent } })).toMatchObject({
      outcomes: ["applied"],
    });
    expect(await getInvoice(debtor.tenantId, debtor.invoiceId)).toMatchObject({ status: "paid" });
  });

  it("keep what is no event as a failed one", async () => {
    const { default: Stripe } = await import("stripe");
    const body = "{not json";
    const signature = Stripe.webhooks.generateTestHeaderString({
      payload: body,
      secret: "whsec_aurora_test",
    });
    const request = new Request("http://house.test/", {
      method: "POST",
      body,
      headers: { "stripe-signature": signature },
    });
    expect((await acceptPaymentWebhook(request, "stripe", STRIPE_GATEWAY)).status).toBe(200);
    const rows = await withSystem(
      "test",
      (tx) => tx.sql`select status from payment_events where type = 'unreadable'`,
    );
    expect(rows).toMatchObject([{ status: "failed" }]);
  });
});

describe("a gateway whose webhooks are unsigned", () => {
  it("pays by what is fetched, and forgets notes about nothing of ours", async () => {
    const mollie = new CheckoutPeer(CHECKOUT_PEERS.mollie);
    const served = await servePeer(mollie.handle);
    process.env.OUTBOUND_ALLOW_PRIVATE = new URL(served.url).host;
    forget("env");
    const gateway = await createGateway({
      provider: "mollie",
      name: "Mollie",
      active: true,
      credentials: { apiKey: "live_mollie" },
      apiBaseUrl: served.url,
      settings: {},
    });
    expect(JSON.stringify(gateway)).not.toContain("live_mollie");
    const debtor = await makeDebtor("50.00");
    const payment = await pay(debtor, { gatewayId: gateway.id });
    expect(payment).toMatchObject({ status: "pending", provider: "mollie" });
    const post = async (body: string) => {
      const request = new Request("http://house.test/", { method: "POST", body });
      const { status } = await acceptPaymentWebhook(request, "mollie", gateway.id);
      return [status, await applyReceived()];
    };
    expect(await post("id=tr_unknown")).toEqual([200, []]);
    expect(await post(`id=${payment?.externalPaymentId}`)).toEqual([200, ["ignored"]]);
    mollie.pay(payment?.id ?? "");
    // The same words again are news here: the state is fetched each time.
    const again = new Request("http://house.test/", {
      method: "POST",
      body: `id=${payment?.externalPaymentId}`,
    });
    expect((await acceptPaymentWebhook(again, "mollie", gateway.id)).status).toBe(200);
    const [event] = await withSystem(
      "test",
      (tx) => tx.sql`select id, deliveries from payment_events where gateway_id = ${gateway.id}`,
    );
    expect(event?.deliveries).toBe(2);
    expect(await applyPaymentEvent(String(event?.id))).toBe("applied");
    expect(await getInvoice(debtor.tenantId, debtor.invoiceId)).toMatchObject({
      status: "paid",
      paymentMethod: "Mollie",
    });
    await served.close();
  });

  it("refuses credentials that a provider does not have", async () => {
    const input = {
      provider: "mollie" as const,
      name: "M",
      active: true,
      credentials: { secretKey: "x" },
      settings: {},
    };
    await expect(createGateway(input)).rejects.toMatchObject({ code: "payment_gateways.unknown_name" });
  });
});
