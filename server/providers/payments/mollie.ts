import { parseAmount } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { accepted, callGateway, type Json, objectAt, textAt } from "./gateway-http.ts";
import type {
  GatewayAccount,
  GatewayPayment,
  GatewayPaymentStatus,
  PaymentGateway,
} from "./payment-gateway.ts";
import { hmacFits } from "./webhook-signature.ts";

const BASE = "https://api.mollie.com";

const STATES: Readonly<Record<string, GatewayPaymentStatus>> = {
  paid: "succeeded",
  failed: "failed",
  canceled: "cancelled",
  expired: "cancelled",
  pending: "processing",
  authorized: "processing",
};

async function ask(
  account: GatewayAccount,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: Json,
  key?: string,
) {
  const url = `${account.apiBaseUrl ?? BASE}/v2${path}`;
  const headers = {
    authorization: `Bearer ${account.credentials.apiKey ?? ""}`,
    ...(key ? { "idempotency-key": key } : {}),
  };
  return accepted(
    "Mollie",
    await callGateway({ provider: "Mollie", method, url, headers, ...(body ? { body } : {}) }),
  );
}

const sum = (value: Json) => parseAmount(textAt(value, "value") ?? "0");

function paymentOf(payment: Json): GatewayPayment {
  const status = STATES[String(payment.status)] ?? "pending";
  const details = objectAt(payment, "details");
  return {
    externalId: textAt(payment, "id"),
    chargeId: null,
    reference: textAt(objectAt(payment, "metadata"), "paymentId"),
    status,
    amount: sum(objectAt(payment, "amount")),
    currency: textAt(objectAt(payment, "amount"), "currency") ?? "",
    refunded: sum(objectAt(payment, "amountRefunded")),
    failureCode: status === "failed" ? textAt(details, "failureReason") : null,
    failureReason:
      status === "failed" ? (textAt(details, "failureMessage") ?? textAt(details, "failureReason")) : null,
    receiptUrl: null,
    customerId: textAt(payment, "customerId"),
    methodLabel: textAt(payment, "method"),
    checkoutUrl: textAt(objectAt(objectAt(payment, "_links"), "checkout"), "href"),
  };
}

const REFUNDS: Readonly<Record<string, "succeeded" | "failed">> = {
  refunded: "succeeded",
  failed: "failed",
  canceled: "failed",
};

/** Mollie. Its classic webhooks are unsigned and name only an id: what counts is the payment fetched by it. */
export const mollieGateway: PaymentGateway = {
  provider: "mollie",
  credentials: ["apiKey"],
  settings: [],
  unsigned: true,
  charge: async (account, { paymentId, amount, currency, description, returnUrl, metadata }) =>
    paymentOf(
      await ask(
        account,
        "POST",
        "/payments",
        {
          amount: { currency, value: formatMinor(amount, currency) },
          description,
          redirectUrl: returnUrl,
          webhookUrl: account.webhookUrl,
          metadata: { ...metadata, paymentId },
        },
        `payment-${paymentId}`,
      ),
    ),
  getPayment: async (account, externalId) =>
    paymentOf(await ask(account, "GET", `/payments/${encodeURIComponent(externalId)}`)),
  cancel: async (account, externalId) =>
    void (await ask(account, "DELETE", `/payments/${encodeURIComponent(externalId)}`)),
  refund: async (account, { refundId, payment, amount, currency, reason }) => {
    const body = {
      amount: { currency, value: formatMinor(amount, currency) },
      description: reason,
      metadata: { refundId },
    };
    const path = `/payments/${encodeURIComponent(payment.externalId)}/refunds`;
    const made = await ask(account, "POST", path, body, `refund-${refundId}`);
    const money = objectAt(made, "amount");
    return {
      externalId: String(made.id),
      status: REFUNDS[String(made.status)] ?? "pending",
      amount: sum(money),
      currency: textAt(money, "currency") ?? "",
      failureReason: null,
    };
  },
  verifyWebhook: (account, { headers, rawBody }) => {
    const signature = headers.get("x-mollie-signature");
    if (signature === null) return true;
    // While a secret is changed two signatures come, joined by a comma.
    return signature.split(",").some((one) =>
      account.webhookSecrets.some((secret) =>
        hmacFits(one.trim().replace(/^sha256=/, ""), {
          secret,
          content: rawBody,
          algorithm: "sha256",
          encoding: "hex",
        }),
      ),
    );
  },
  parseWebhook: ({ rawBody }) => {
    const text = rawBody.toString("utf8");
    const event = text.startsWith("{") ? (JSON.parse(text) as Json) : null;
    const externalId = event ? textAt(event, "entityId") : new URLSearchParams(text).get("id");
    if (!event && !externalId) throw new Error("The webhook names no payment.");
    return {
      deliveryKey: (event ? textAt(event, "id") : null) ?? String(externalId),
      type: (event ? textAt(event, "type") : null) ?? "payment",
      subject: externalId ? { kind: "payment", externalId } : { kind: "other" },
      reference: null,
      claimed: null,
    };
  },
};
