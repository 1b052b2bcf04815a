import { AppError } from "#domain/core/app-error.ts";
import { fromMinorUnits, toMinorUnits } from "#domain/money/minor-units.ts";
import { accepted, callGateway, type Json, listAt, objectAt, textAt } from "./gateway-http.ts";
import type {
  GatewayAccount,
  GatewayPayment,
  GatewayPaymentStatus,
  GatewayRefund,
  PaymentGateway,
} from "./payment-gateway.ts";
import { hmacFits } from "./webhook-signature.ts";

const BASE = "https://api.razorpay.com";

const LINKS: Readonly<Record<string, GatewayPaymentStatus>> = {
  paid: "succeeded",
  cancelled: "cancelled",
  expired: "cancelled",
};

function ask(account: GatewayAccount, method: "GET" | "POST", path: string, body?: Json) {
  const { keyId = "", keySecret = "" } = account.credentials;
  const url = `${account.apiBaseUrl ?? BASE}/v1${path}`;
  const headers = { authorization: `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString("base64")}` };
  return callGateway({ provider: "Razorpay", method, url, headers, ...(body ? { body } : {}) });
}

const read = async (account: GatewayAccount, path: string) =>
  accepted("Razorpay", await ask(account, "GET", path));

const money = (value: Json) => {
  const currency = textAt(value, "currency") ?? "";
  return { currency, amount: fromMinorUnits(Number(value.amount), currency) };
};

function paymentOf(link: Json, paid: Json | null): GatewayPayment {
  const { amount, currency } = money(link);
  return {
    externalId: textAt(link, "id"),
    chargeId: paid ? textAt(paid, "id") : null,
    reference: textAt(link, "reference_id"),
    status: LINKS[String(link.status)] ?? "pending",
    amount,
    currency,
    refunded: fromMinorUnits(Number(paid?.amount_refunded ?? 0), currency),
    failureCode: null,
    failureReason: null,
    receiptUrl: null,
    customerId: paid ? textAt(paid, "customer_id") : null,
    methodLabel: paid ? textAt(paid, "method") : null,
    checkoutUrl: textAt(link, "short_url"),
  };
}

async function fetchLink(account: GatewayAccount, id: string): Promise<GatewayPayment> {
  const link = await read(account, `/payment_links/${encodeURIComponent(id)}`);
  const [settled] = listAt(link, "payments");
  const paymentId = settled ? textAt(settled, "payment_id") : null;
  return paymentOf(
    link,
    paymentId ? await read(account, `/payments/${encodeURIComponent(paymentId)}`) : null,
  );
}

const REFUNDS: Readonly<Record<string, "succeeded" | "failed">> = {
  processed: "succeeded",
  failed: "failed",
};

function refundOf(refund: Json): GatewayRefund {
  const status = REFUNDS[String(refund.status)] ?? "pending";
  return { externalId: String(refund.id), status, ...money(refund), failureReason: null };
}

/** Razorpay by payment links. One reference makes one link, one receipt one refund: both are looked up on a repeat. */
export const razorpayGateway: PaymentGateway = {
  provider: "razorpay",
  credentials: ["keyId", "keySecret"],
  settings: [],
  charge: async (account, { paymentId, amount, currency, description, customer, returnUrl, metadata }) => {
    const answer = await ask(account, "POST", "/payment_links", {
      amount: toMinorUnits(amount, currency),
      currency,
      reference_id: paymentId,
      description,
      customer: { name: customer.name, email: customer.email },
      notify: { sms: false, email: false },
      callback_url: returnUrl,
      callback_method: "get",
      notes: { ...metadata, paymentId },
    });
    if (answer.status !== 400) return paymentOf(accepted("Razorpay", answer), null);
    const known = listAt(await read(account, `/payment_links?reference_id=${paymentId}`), "payment_links")[0];
    return known ? paymentOf(known, null) : paymentOf(accepted("Razorpay", answer), null);
  },
  getPayment: fetchLink,
  cancel: async (account, externalId) =>
    void accepted(
      "Razorpay",
      await ask(account, "POST", `/payment_links/${encodeURIComponent(externalId)}/cancel`, {}),
    ),
  refund: async (account, { refundId, payment, amount, currency, reason }) => {
    const path = `/payments/${encodeURIComponent(payment.chargeId ?? "")}`;
    const known = listAt(await read(account, `${path}/refunds`), "items").find(
      (one) => one.receipt === refundId,
    );
    if (known) return refundOf(known);
    const body = {
      amount: toMinorUnits(amount, currency),
      receipt: refundId,
      notes: { reason: reason.slice(0, 250) },
    };
    return refundOf(accepted("Razorpay", await ask(account, "POST", `${path}/refund`, body)));
  },
  verifyWebhook: (account, { headers, rawBody }) =>
    account.webhookSecrets.some((secret) =>
      hmacFits(headers.get("x-razorpay-signature"), {
        secret,
        content: rawBody,
        algorithm: "sha256",
        encoding: "hex",
      }),
    ),
  parseWebhook: ({ headers, rawBody }) => {
    const event = JSON.parse(rawBody.toString("utf8")) as Json;
    const type = textAt(event, "event");
    if (!type) throw new AppError("invalid", "payments.no_event", "This is no event of Razorpay.");
    const payload = objectAt(event, "payload");
    const entity = (name: string) => objectAt(objectAt(payload, name), "entity");
    const [link, payment] = [entity("payment_link"), entity("payment")];
    const reference = textAt(link, "reference_id") ?? textAt(objectAt(payment, "notes"), "paymentId");
    const linkId = textAt(link, "id");
    const subject = linkId ?? textAt(payment, "id");
    return {
      deliveryKey:
        headers.get("x-razorpay-event-id") ?? `${type}:${String(subject)}:${String(event.created_at)}`,
      type,
      subject:
        subject && (linkId || reference) ? { kind: "payment", externalId: subject } : { kind: "other" },
      reference,
      claimed: linkId && typeof link.amount === "number" && textAt(link, "currency") ? money(link) : null,
    };
  },
};
