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

const BASE = "https://api.paystack.co";

const STATES: Readonly<Record<string, GatewayPaymentStatus>> = {
  success: "succeeded",
  reversed: "succeeded",
  failed: "failed",
  processing: "processing",
};

function ask(account: GatewayAccount, method: "GET" | "POST", path: string, body?: Json) {
  const url = `${account.apiBaseUrl ?? BASE}${path}`;
  const headers = { authorization: `Bearer ${account.credentials.secretKey ?? ""}` };
  return callGateway({ provider: "Paystack", method, url, headers, ...(body ? { body } : {}) });
}

const money = (value: Json) => {
  const currency = textAt(value, "currency") ?? "";
  return { currency, amount: fromMinorUnits(Number(value.amount), currency) };
};

function paymentOf(data: Json): GatewayPayment {
  const status = STATES[String(data.status)] ?? "pending";
  const { amount, currency } = money(data);
  return {
    externalId: textAt(data, "reference"),
    chargeId: data.id === undefined ? null : String(data.id),
    // The reference is our payment's id.
    reference: textAt(data, "reference"),
    status,
    amount,
    currency,
    refunded: data.status === "reversed" ? amount : 0n,
    failureCode: status === "failed" ? "failed" : null,
    failureReason: status === "failed" ? (textAt(data, "gateway_response") ?? textAt(data, "message")) : null,
    receiptUrl: null,
    customerId: textAt(objectAt(data, "customer"), "customer_code"),
    methodLabel: textAt(data, "channel"),
    checkoutUrl: null,
  };
}

async function verify(account: GatewayAccount, reference: string): Promise<GatewayPayment> {
  const path = `/transaction/verify/${encodeURIComponent(reference)}`;
  return paymentOf(objectAt(accepted("Paystack", await ask(account, "GET", path)), "data"));
}

const REFUNDS: Readonly<Record<string, "succeeded" | "failed">> = {
  processed: "succeeded",
  failed: "failed",
};

function refundOf(data: Json): GatewayRefund {
  return {
    externalId: String(data.id),
    status: REFUNDS[String(data.status)] ?? "pending",
    ...money(data),
    failureReason: null,
  };
}

/** Paystack. Its events have no id and failures are not dependable, so each is verified by the payment's reference. */
export const paystackGateway: PaymentGateway = {
  provider: "paystack",
  credentials: ["secretKey"],
  settings: [],
  charge: async (account, { paymentId, amount, currency, customer, returnUrl, metadata }) => {
    const answer = await ask(account, "POST", "/transaction/initialize", {
      email: customer.email,
      amount: String(toMinorUnits(amount, currency)),
      currency,
      reference: paymentId,
      callback_url: returnUrl,
      metadata: { ...metadata, paymentId },
    });
    // A repeat of a call whose answer was lost: the reference is taken, so what it stands at is asked for.
    if (answer.status === 400 && /duplicate/i.test(textAt(answer.json, "message") ?? ""))
      return verify(account, paymentId);
    const data = objectAt(accepted("Paystack", answer), "data");
    const opened = paymentOf({
      reference: paymentId,
      status: "pending",
      amount: toMinorUnits(amount, currency),
      currency,
    });
    return { ...opened, checkoutUrl: textAt(data, "authorization_url") };
  },
  getPayment: verify,
  refund: async (account, { refundId, payment, amount, currency, reason }) => {
    // Paystack takes no idempotency key: our id in the note tells whether it was asked before.
    const note = `${reason} [${refundId}]`;
    const path = `/refund?transaction=${encodeURIComponent(payment.chargeId ?? payment.externalId)}`;
    const known = listAt(accepted("Paystack", await ask(account, "GET", path)), "data").find(
      (one) => one.merchant_note === note,
    );
    if (known) return refundOf(known);
    const body = {
      transaction: payment.externalId,
      amount: toMinorUnits(amount, currency),
      currency,
      merchant_note: note,
    };
    const made = objectAt(accepted("Paystack", await ask(account, "POST", "/refund", body)), "data");
    return refundOf({ currency, ...made });
  },
  // Signed with the secret key itself; an account has no secret of its own for webhooks.
  verifyWebhook: (account, { headers, rawBody }) =>
    hmacFits(headers.get("x-paystack-signature"), {
      secret: account.credentials.secretKey ?? "",
      content: rawBody,
      algorithm: "sha512",
      encoding: "hex",
    }),
  parseWebhook: ({ rawBody }) => {
    const event = JSON.parse(rawBody.toString("utf8")) as Json;
    const type = textAt(event, "event");
    if (!type) throw new AppError("invalid", "payments.no_event", "This is no event of Paystack.");
    const data = objectAt(event, "data");
    const transaction = objectAt(data, "transaction");
    const reference =
      textAt(data, "transaction_reference") ?? textAt(transaction, "reference") ?? textAt(data, "reference");
    const charge = type.startsWith("charge.") && !type.startsWith("charge.dispute");
    const known = reference !== null && (charge || type.startsWith("refund."));
    return {
      deliveryKey: `${type}:${String(data.id ?? "")}:${reference ?? ""}:${String(data.status ?? "")}`,
      type,
      subject: known ? { kind: "payment", externalId: reference } : { kind: "other" },
      reference,
      claimed: charge && typeof data.amount === "number" && textAt(data, "currency") ? money(data) : null,
    };
  },
};
