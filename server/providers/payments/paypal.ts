import { AppError } from "#domain/core/app-error.ts";
import { type Amount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { toMinorUnits } from "#domain/money/minor-units.ts";
import { accepted, callGateway, type Json, listAt, objectAt, textAt } from "./gateway-http.ts";
import type {
  GatewayAccount,
  GatewayPayment,
  GatewayPaymentStatus,
  PaymentGateway,
} from "./payment-gateway.ts";
import { verifyPaypalSignature } from "./paypal-signature.ts";

const BASE = "https://api-m.paypal.com";
/** PayPal takes no decimals in these, whatever ISO 4217 says. */
const WHOLE = new Set(["HUF", "JPY", "TWD"]);

const CAPTURES: Readonly<Record<string, GatewayPaymentStatus>> = {
  COMPLETED: "succeeded",
  PARTIALLY_REFUNDED: "succeeded",
  REFUNDED: "succeeded",
  PENDING: "processing",
  DECLINED: "failed",
  FAILED: "failed",
};

async function accessToken(account: GatewayAccount): Promise<string> {
  const { clientId = "", clientSecret = "" } = account.credentials;
  const answer = await callGateway({
    provider: "PayPal",
    method: "POST",
    url: `${account.apiBaseUrl ?? BASE}/v1/oauth2/token`,
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "grant_type=client_credentials",
  });
  return textAt(accepted("PayPal", answer), "access_token") ?? "";
}

/** A session of calls under one access token. */
async function signIn(account: GatewayAccount) {
  const authorization = `Bearer ${await accessToken(account)}`;
  return async (method: "GET" | "POST", path: string, body?: Json, key?: string): Promise<Json> => {
    const url = `${account.apiBaseUrl ?? BASE}/v2${path}`;
    const headers = {
      authorization,
      ...(key ? { "paypal-request-id": key, prefer: "return=representation" } : {}),
    };
    return accepted(
      "PayPal",
      await callGateway({ provider: "PayPal", method, url, headers, ...(body ? { body } : {}) }),
    );
  };
}

function toMoney(amount: Amount, currency: string): Json {
  const value = WHOLE.has(currency)
    ? String(toMinorUnits(amount, currency, 0))
    : formatMinor(amount, currency);
  return { currency_code: currency, value };
}

const sum = (value: Json) => parseAmount(textAt(value, "value") ?? "0");

function paymentOf(order: Json): GatewayPayment {
  const unit = listAt(order, "purchase_units")[0] ?? {};
  const payments = objectAt(unit, "payments");
  const capture = listAt(payments, "captures").at(-1);
  const amount = capture ? objectAt(capture, "amount") : objectAt(unit, "amount");
  const open = order.status === "VOIDED" ? "cancelled" : "pending";
  const payer = listAt(order, "links").find((link) => link.rel === "payer-action" || link.rel === "approve");
  const status = capture ? (CAPTURES[String(capture.status)] ?? "pending") : open;
  const reason = capture ? textAt(objectAt(capture, "status_details"), "reason") : null;
  return {
    externalId: textAt(order, "id"),
    chargeId: capture ? textAt(capture, "id") : null,
    reference: textAt(unit, "custom_id"),
    status,
    amount: sum(amount),
    currency: textAt(amount, "currency_code") ?? "",
    refunded: sumAmounts(
      listAt(payments, "refunds")
        .filter((refund) => refund.status === "COMPLETED" || refund.status === "PENDING")
        .map((refund) => sum(objectAt(refund, "amount"))),
    ),
    failureCode: status === "failed" ? reason : null,
    failureReason: status === "failed" ? reason : null,
    receiptUrl: null,
    customerId: textAt(objectAt(order, "payer"), "payer_id"),
    methodLabel: "PayPal",
    checkoutUrl: payer ? textAt(payer, "href") : null,
  };
}

const REFUNDS: Readonly<Record<string, "succeeded" | "failed">> = {
  COMPLETED: "succeeded",
  FAILED: "failed",
  CANCELLED: "failed",
};

/** PayPal orders. What the payer has approved is captured when it is asked for: that is when money moves. */
export const paypalGateway: PaymentGateway = {
  provider: "paypal",
  credentials: ["clientId", "clientSecret"],
  settings: ["webhookId"],
  charge: async (account, { paymentId, amount, currency, description, returnUrl }) => {
    const ask = await signIn(account);
    const context = { return_url: returnUrl, cancel_url: returnUrl, user_action: "PAY_NOW" };
    const order = await ask(
      "POST",
      "/checkout/orders",
      {
        intent: "CAPTURE",
        purchase_units: [
          { custom_id: paymentId, description: description.slice(0, 127), amount: toMoney(amount, currency) },
        ],
        payment_source: { paypal: { experience_context: context } },
      },
      `payment-${paymentId}`,
    );
    return paymentOf(order);
  },
  getPayment: async (account, externalId) => {
    const ask = await signIn(account);
    const path = `/checkout/orders/${encodeURIComponent(externalId)}`;
    const order = await ask("GET", path);
    if (order.status !== "APPROVED") return paymentOf(order);
    await ask("POST", `${path}/capture`, {}, `capture-${externalId}`);
    return paymentOf(await ask("GET", path));
  },
  refund: async (account, { refundId, payment, amount, currency, reason }) => {
    const ask = await signIn(account);
    const path = `/payments/captures/${encodeURIComponent(payment.chargeId ?? "")}/refund`;
    const body = { amount: toMoney(amount, currency), note_to_payer: reason.slice(0, 255) };
    const made = await ask("POST", path, body, `refund-${refundId}`);
    return {
      externalId: String(made.id),
      status: REFUNDS[String(made.status)] ?? "pending",
      amount,
      currency,
      failureReason: textAt(objectAt(made, "status_details"), "reason"),
    };
  },
  verifyWebhook: (account, request) => verifyPaypalSignature(request, account.settings.webhookId ?? ""),
  parseWebhook: ({ rawBody }) => {
    const event = JSON.parse(rawBody.toString("utf8")) as Json;
    const [id, type] = [textAt(event, "id"), textAt(event, "event_type")];
    if (!id || !type) throw new AppError("invalid", "payments.no_event", "This is no event of PayPal.");
    const resource = objectAt(event, "resource");
    const order = type.startsWith("CHECKOUT.ORDER.");
    const related = objectAt(objectAt(resource, "supplementary_data"), "related_ids");
    const externalId = order ? textAt(resource, "id") : textAt(related, "order_id");
    const unit = listAt(resource, "purchase_units")[0] ?? {};
    const reference = textAt(order ? unit : resource, "custom_id");
    const amount = objectAt(order ? unit : resource, "amount");
    const currency = textAt(amount, "currency_code");
    const captured = order || type === "PAYMENT.CAPTURE.COMPLETED" || type === "PAYMENT.CAPTURE.PENDING";
    return {
      deliveryKey: id,
      type,
      subject:
        externalId || reference ? { kind: "payment", externalId: externalId ?? "" } : { kind: "other" },
      reference,
      claimed: captured && currency ? { amount: sum(amount), currency } : null,
    };
  },
};
