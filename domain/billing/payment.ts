import { z } from "zod";
import { AppError } from "#domain/core/app-error.ts";
import { paging } from "#domain/core/paging.ts";
import { text } from "#domain/core/text.ts";
import { type Amount, parseAmount } from "#domain/money/amount.ts";
import { minorDecimals, roundToMinor } from "#domain/money/currency.ts";
import { positiveDecimalInput } from "#domain/money/money-input.ts";
import { PAYMENT_PROVIDER_KEYS } from "./payment-providers.ts";

export const PAYMENT_STATUSES = [
  "pending",
  "processing",
  "succeeded",
  "failed",
  "cancelled",
  "partially_refunded",
  "refunded",
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];
type ProviderStatus = "pending" | "processing" | "succeeded" | "failed" | "cancelled";

const RECEIVED: ReadonlySet<PaymentStatus> = new Set(["succeeded", "partially_refunded", "refunded"]);

/** Whether a payment's money has come in, given back since or not. */
export function isReceived(status: PaymentStatus): boolean {
  return RECEIVED.has(status);
}

/**
 * The state after a provider's statement. Money that came in stays received whatever an older statement says; what
 * was thought to have failed may still come in.
 */
export function nextPaymentStatus(now: PaymentStatus, stated: ProviderStatus): PaymentStatus {
  if (isReceived(now) || stated === "succeeded") return isReceived(now) ? now : "succeeded";
  if (now === "failed" || now === "cancelled") return now;
  return now === "processing" && stated === "pending" ? now : stated;
}

/** The state of a received payment after so much of it was given back. */
export function refundedStatus(amount: Amount, refunded: Amount): PaymentStatus {
  if (refunded === 0n) return "succeeded";
  return refunded >= amount ? "refunded" : "partially_refunded";
}

/** A sum in the smallest coin of a currency. Throws `invalid` for a fraction of a coin. */
export function parseCoins(value: string, currency: string): Amount {
  const amount = parseAmount(value);
  if (roundToMinor(amount, currency) !== amount) {
    const message = `${currency} has ${minorDecimals(currency)} decimals; give an amount in them.`;
    const fields = [{ path: "amount", message }];
    throw new AppError("invalid", "payments.fraction_of_a_coin", `amount: ${message}`, { fields });
  }
  return amount;
}

const id = z.uuid();

/** Pays an invoice: from a saved method, on the provider's page, or out of the wallet. */
export const payInvoiceInput = z.strictObject({
  id,
  source: z.enum(["gateway", "wallet"]).default("gateway").describe("wallet: prepaid money only."),
  paymentMethodId: id.optional().describe("A saved method; the default one unless told."),
  gatewayId: id.optional().describe("Pay on this provider's page instead of with a saved method."),
});

export const markPaidInput = z.strictObject({
  id,
  reference: text(200).describe("The bank's reference; one is taken once."),
  amount: positiveDecimalInput.optional().describe("All that is due unless told."),
});

export const topUpInput = z.strictObject({
  amount: positiveDecimalInput,
  paymentMethodId: id.optional(),
  gatewayId: id.optional(),
});

/** What is paid beyond a full limit, for room until its window ends. */
export const quotaPayInput = topUpInput.extend({ id });

export const paymentMethodInput = z.strictObject({
  gatewayId: id.optional(),
  externalMethodId: text(200)
    .optional()
    .describe(
      "A method that the provider's form made in the browser; without it the answer has a page's address.",
    ),
  isDefault: z.boolean().default(true),
});

export const creditNoteInput = z.strictObject({
  invoiceId: id,
  amount: positiveDecimalInput.optional().describe("With the tax in it; all that is left unless told."),
  reason: text(500),
  settleAs: z
    .enum(["wallet", "refund"])
    .default("wallet")
    .describe("Where what was already paid goes: into the wallet, or back to the payer."),
});

export const refundInput = z.strictObject({
  paymentId: id,
  amount: positiveDecimalInput.optional().describe("All that is left of the payment unless told."),
  reason: text(500),
});

export const paymentListInput = z.strictObject({
  ...paging,
  invoiceId: id.optional(),
  gatewayId: id.optional(),
  status: z.enum(PAYMENT_STATUSES).optional(),
});

const secrets = z.record(z.string().regex(/^[A-Za-z]{1,40}$/), text(4000));
const gatewayShape = {
  name: text(100),
  region: text(100).nullish(),
  active: z.boolean(),
  credentials: secrets.describe("Write-only."),
  webhookSecret: text(500).describe("Write-only; the one before stays good for events that are sent again."),
  apiBaseUrl: z.url({ protocol: /^https?$/ }).nullish(),
  settings: z.record(text(40), text(500)),
};

export const gatewayInput = z.strictObject({
  ...gatewayShape,
  provider: z.enum(PAYMENT_PROVIDER_KEYS),
  active: gatewayShape.active.default(true),
  credentials: gatewayShape.credentials.default({}),
  webhookSecret: gatewayShape.webhookSecret.optional(),
  settings: gatewayShape.settings.default({}),
});

export const gatewayPatchInput = z.strictObject(gatewayShape).partial();
