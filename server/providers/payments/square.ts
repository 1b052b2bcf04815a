import { AppError } from "#domain/core/app-error.ts";
import type { Amount } from "#domain/money/amount.ts";
import { fromMinorUnits, toMinorUnits } from "#domain/money/minor-units.ts";
import { accepted, callGateway, type Json, listAt, objectAt, textAt } from "./gateway-http.ts";
import type {
  GatewayAccount,
  GatewayPayment,
  GatewayPaymentStatus,
  PaymentGateway,
} from "./payment-gateway.ts";
import { hmacFits } from "./webhook-signature.ts";

const BASE = "https://connect.squareup.com";
const VERSION = "2026-07-15";

const STATES: Readonly<Record<string, GatewayPaymentStatus>> = {
  COMPLETED: "succeeded",
  APPROVED: "processing",
  CANCELED: "cancelled",
  FAILED: "failed",
};

async function ask(
  account: GatewayAccount,
  method: "GET" | "POST",
  path: string,
  body?: Json,
): Promise<Json> {
  const url = `${account.apiBaseUrl ?? BASE}/v2${path}`;
  const headers = {
    authorization: `Bearer ${account.credentials.accessToken ?? ""}`,
    "square-version": VERSION,
  };
  return accepted(
    "Square",
    await callGateway({ provider: "Square", method, url, headers, ...(body ? { body } : {}) }),
  );
}

const toMoney = (amount: Amount, currency: string) => ({ amount: toMinorUnits(amount, currency), currency });
const money = (value: Json) => {
  const currency = textAt(value, "currency") ?? "";
  return { currency, amount: currency ? fromMinorUnits(Number(value.amount ?? 0), currency) : 0n };
};

function paymentOf(order: Json, payment: Json | null): GatewayPayment {
  const card = payment ? objectAt(objectAt(payment, "card_details"), "card") : {};
  const [problem] = payment ? listAt(objectAt(payment, "card_details"), "errors") : [];
  const cancelled = order.state === "CANCELED";
  const status = payment
    ? (STATES[String(payment.status)] ?? "pending")
    : cancelled
      ? "cancelled"
      : "pending";
  return {
    externalId: textAt(order, "id"),
    chargeId: payment ? textAt(payment, "id") : null,
    reference: textAt(order, "reference_id"),
    // A card that was refused is no end: the page stays open.
    status: status === "failed" && order.state === "OPEN" ? "pending" : status,
    ...money(objectAt(order, "total_money")),
    refunded: payment ? money(objectAt(payment, "refunded_money")).amount : 0n,
    failureCode: problem ? textAt(problem, "code") : null,
    failureReason: problem ? (textAt(problem, "detail") ?? textAt(problem, "code")) : null,
    receiptUrl: payment ? textAt(payment, "receipt_url") : null,
    customerId: payment ? textAt(payment, "customer_id") : null,
    methodLabel: textAt(card, "last_4")
      ? `${textAt(card, "card_brand") ?? "card"} ••••${textAt(card, "last_4")}`
      : null,
    checkoutUrl: null,
  };
}

async function fetchOrder(account: GatewayAccount, orderId: string): Promise<GatewayPayment> {
  const order = objectAt(await ask(account, "GET", `/orders/${encodeURIComponent(orderId)}`), "order");
  const tender = listAt(order, "tenders").at(-1);
  const paymentId = tender ? (textAt(tender, "payment_id") ?? textAt(tender, "id")) : null;
  if (!paymentId) return paymentOf(order, null);
  const answer = await ask(account, "GET", `/payments/${encodeURIComponent(paymentId)}`);
  return paymentOf(order, objectAt(answer, "payment"));
}

const REFUNDS: Readonly<Record<string, "succeeded" | "failed">> = {
  COMPLETED: "succeeded",
  REJECTED: "failed",
  FAILED: "failed",
};

/** Square by payment links; the order carries our payment's id. */
export const squareGateway: PaymentGateway = {
  provider: "square",
  credentials: ["accessToken"],
  settings: ["locationId"],
  charge: async (account, { paymentId, amount, currency, description, customer, returnUrl }) => {
    const answer = await ask(account, "POST", "/online-checkout/payment-links", {
      idempotency_key: paymentId,
      order: {
        location_id: account.settings.locationId ?? "",
        reference_id: paymentId,
        line_items: [{ name: description, quantity: "1", base_price_money: toMoney(amount, currency) }],
      },
      checkout_options: { redirect_url: returnUrl },
      pre_populated_data: { buyer_email: customer.email },
    });
    const link = objectAt(answer, "payment_link");
    const order = {
      id: link.order_id,
      reference_id: paymentId,
      state: "OPEN",
      total_money: toMoney(amount, currency),
    };
    return { ...paymentOf(order, null), checkoutUrl: textAt(link, "url") };
  },
  getPayment: fetchOrder,
  refund: async (account, { refundId, payment, amount, currency, reason }) => {
    const answer = await ask(account, "POST", "/refunds", {
      idempotency_key: refundId,
      payment_id: payment.chargeId ?? "",
      amount_money: toMoney(amount, currency),
      reason: reason.slice(0, 192),
    });
    const made = objectAt(answer, "refund");
    const status = REFUNDS[String(made.status)] ?? "pending";
    return {
      externalId: String(made.id),
      status,
      ...money(objectAt(made, "amount_money")),
      failureReason: null,
    };
  },
  // What is signed is the address that Square knows, followed by the raw body.
  verifyWebhook: (account, { headers, rawBody }) =>
    account.webhookSecrets.some((secret) =>
      hmacFits(headers.get("x-square-hmacsha256-signature"), {
        secret,
        content: Buffer.concat([Buffer.from(account.webhookUrl), rawBody]),
        algorithm: "sha256",
        encoding: "base64",
      }),
    ),
  parseWebhook: ({ rawBody }) => {
    const event = JSON.parse(rawBody.toString("utf8")) as Json;
    const [id, type] = [textAt(event, "event_id"), textAt(event, "type")];
    if (!id || !type) throw new AppError("invalid", "payments.no_event", "This is no event of Square.");
    const object = objectAt(objectAt(event, "data"), "object");
    const payment = objectAt(object, "payment");
    const orderId = textAt(payment, "order_id") ?? textAt(objectAt(object, "refund"), "order_id");
    const named = textAt(objectAt(payment, "amount_money"), "currency");
    return {
      deliveryKey: id,
      type,
      subject: orderId ? { kind: "payment", externalId: orderId } : { kind: "other" },
      reference: null,
      claimed: named ? money(objectAt(payment, "amount_money")) : null,
    };
  },
};
