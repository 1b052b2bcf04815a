import type Stripe from "stripe";
import type { Amount } from "#domain/money/amount.ts";
import { fromMinorUnits, toMinorUnits } from "#domain/money/minor-units.ts";
import type { GatewayMethod, GatewayPayment, GatewayPaymentStatus, WebhookNote } from "./payment-gateway.ts";

/** Where Stripe counts otherwise than ISO 4217 does. */
const STRIPE_DECIMALS: Readonly<Record<string, number>> = { ISK: 2, UGX: 2, MGA: 0 };

export const toUnits = (amount: Amount, currency: string) =>
  toMinorUnits(amount, currency, STRIPE_DECIMALS[currency]);
export const fromUnits = (units: number, currency: string) =>
  fromMinorUnits(units, currency.toUpperCase(), STRIPE_DECIMALS[currency.toUpperCase()]);

export const idOf = (value: string | { id: string } | null | undefined) =>
  typeof value === "string" ? value : (value?.id ?? null);

function statusOf(intent: Stripe.PaymentIntent): GatewayPaymentStatus {
  if (intent.status === "succeeded") return "succeeded";
  if (intent.status === "processing") return "processing";
  if (intent.status === "canceled") return "cancelled";
  return intent.status === "requires_payment_method" && intent.last_payment_error ? "failed" : "pending";
}

function labelOf(charge: Stripe.Charge | null): string | null {
  const details = charge?.payment_method_details;
  if (!details) return null;
  const { card } = details;
  return card ? `${card.brand ?? "card"} ••••${card.last4 ?? ""}` : details.type;
}

export function paymentOf(intent: Stripe.PaymentIntent): GatewayPayment {
  const charge =
    intent.latest_charge && typeof intent.latest_charge !== "string" ? intent.latest_charge : null;
  const problem = intent.last_payment_error;
  const paid = intent.status === "succeeded" ? intent.amount_received : intent.amount;
  return {
    externalId: intent.id,
    chargeId: idOf(intent.latest_charge),
    reference: intent.metadata?.paymentId ?? null,
    status: statusOf(intent),
    amount: fromUnits(paid ?? intent.amount, intent.currency),
    currency: intent.currency.toUpperCase(),
    refunded: fromUnits(charge?.amount_refunded ?? 0, intent.currency),
    failureCode: problem?.decline_code ?? problem?.code ?? null,
    failureReason: problem?.message ?? null,
    receiptUrl: charge?.receipt_url ?? null,
    customerId: idOf(intent.customer),
    methodLabel: labelOf(charge),
    checkoutUrl: intent.next_action?.redirect_to_url?.url ?? null,
  };
}

export function sessionOf(session: Stripe.Checkout.Session): GatewayPayment {
  const intent =
    session.payment_intent && typeof session.payment_intent !== "string" ? session.payment_intent : null;
  const reference = session.metadata?.paymentId ?? session.client_reference_id ?? null;
  // While the page is open a refused card is no end: the payer may try another one.
  if (intent && session.status === "complete") {
    return { ...paymentOf(intent), reference };
  }
  const currency = session.currency ?? "usd";
  return {
    externalId: session.id,
    chargeId: null,
    reference,
    status: session.status === "expired" ? "cancelled" : "pending",
    amount: fromUnits(session.amount_total ?? 0, currency),
    currency: currency.toUpperCase(),
    refunded: 0n,
    failureCode: null,
    failureReason: null,
    receiptUrl: null,
    customerId: idOf(session.customer),
    methodLabel: null,
    checkoutUrl: session.url,
  };
}

export function methodOf(method: Stripe.PaymentMethod): GatewayMethod {
  const { card, sepa_debit: sepa, us_bank_account: bank } = method;
  return {
    externalId: method.id,
    kind: method.type,
    brand: card?.brand ?? bank?.bank_name ?? null,
    last4: card?.last4 ?? sepa?.last4 ?? bank?.last4 ?? null,
    expMonth: card?.exp_month ?? null,
    expYear: card?.exp_year ?? null,
  };
}

export type Loose = Record<string, unknown>;
export const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);

export function claimOf(object: Loose): WebhookNote["claimed"] {
  const currency = textOf(object.currency)?.toUpperCase();
  const units =
    object.object === "checkout.session" ? object.amount_total : (object.amount_received ?? object.amount);
  // A failed intent has received nothing; what it asked for is the claim then.
  const counted = units === 0 ? object.amount : units;
  if (!currency || typeof counted !== "number") return null;
  return { amount: fromUnits(counted, currency), currency };
}

export function subjectOf(object: Loose): WebhookNote["subject"] {
  const id = textOf(object.id);
  const intent = textOf(object.payment_intent);
  if (object.object === "payment_intent" && id) return { kind: "payment", externalId: id };
  if (object.object === "checkout.session" && id) {
    return { kind: object.mode === "setup" ? "setup" : "payment", externalId: id };
  }
  if (["charge", "refund", "dispute"].includes(String(object.object)) && intent)
    return { kind: "payment", externalId: intent };
  return { kind: "other" };
}
