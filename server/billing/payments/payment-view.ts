import { amountFromDatabase } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";

type Row = Record<string, unknown>;
const text = (value: unknown) => (value as string | null) ?? null;
const money = (value: unknown, currency: string) =>
  formatMinor(amountFromDatabase(value as string), currency);

/** A payment as the API shows it; the row is joined with its gateway's provider and its invoice's number. */
export function toPayment(row: Row) {
  const currency = row.currency as string;
  return {
    id: row.id as string,
    tenantId: row.tenant_id as string,
    status: row.status as string,
    kind: row.kind as string,
    amount: money(row.amount, currency),
    refundedAmount: money(row.refunded_amount, currency),
    currency,
    description: row.description as string,
    provider: row.provider as string,
    gatewayId: row.gateway_id as string,
    invoiceId: text(row.invoice_id),
    invoiceNumber: text(row.invoice_number),
    paymentMethodId: text(row.payment_method_id),
    paymentMethod: text(row.method_label),
    externalPaymentId: text(row.external_payment_id),
    externalChargeId: text(row.external_charge_id),
    externalCustomerId: text(row.external_customer_id),
    failureCode: text(row.failure_code),
    failureReason: text(row.failure_reason),
    receiptUrl: text(row.receipt_url),
    checkoutUrl: row.status === "pending" ? text(row.checkout_url) : null,
    initiatedBy: row.initiated_by as string,
    processedAt: text(row.processed_at),
    createdAt: row.created_at as string,
  };
}

export type Payment = ReturnType<typeof toPayment>;

/** A refund as the API shows it. */
export function toRefund(row: Row) {
  const currency = row.currency as string;
  return {
    id: row.id as string,
    tenantId: row.tenant_id as string,
    paymentId: row.payment_id as string,
    creditNoteId: text(row.credit_note_id),
    status: row.status as string,
    amount: money(row.amount, currency),
    currency,
    reason: row.reason as string,
    externalRefundId: text(row.external_refund_id),
    failureReason: text(row.failure_reason),
    createdBy: row.created_by as string,
    processedAt: text(row.processed_at),
    createdAt: row.created_at as string,
  };
}

export type Refund = ReturnType<typeof toRefund>;

/** A credit note as the API shows it; `appliedToDue`, `toWallet` and `refunded` sum to its amount. */
export function toCreditNote(row: Row) {
  const currency = row.currency as string;
  return {
    id: row.id as string,
    tenantId: row.tenant_id as string,
    number: row.number as string,
    invoiceId: row.invoice_id as string,
    invoiceNumber: text(row.invoice_number),
    amount: money(row.amount, currency),
    tax: money(row.tax, currency),
    appliedToDue: money(row.applied_to_due, currency),
    toWallet: money(row.to_wallet, currency),
    refunded: money(row.refunded, currency),
    currency,
    reason: row.reason as string,
    createdBy: row.created_by as string,
    issuedAt: row.issued_at as string,
  };
}

export type CreditNote = ReturnType<typeof toCreditNote>;

/** A means of payment as the API shows it. */
export function toPaymentMethod(row: Row) {
  return {
    id: row.id as string,
    status: row.status as string,
    provider: row.provider as string,
    gatewayId: row.gateway_id as string,
    kind: text(row.kind),
    brand: text(row.brand),
    last4: text(row.last4),
    expMonth: row.exp_month as number | null,
    expYear: row.exp_year as number | null,
    isDefault: row.is_default as boolean,
    setupUrl: row.status === "pending" ? text(row.setup_url) : null,
    createdAt: row.created_at as string,
  };
}

export type PaymentMethod = ReturnType<typeof toPaymentMethod>;

/** A movement of the wallet as the API shows it; money out is negative. */
export function toWalletEntry(row: Row) {
  const currency = row.currency as string;
  return {
    id: row.id as string,
    kind: row.kind as string,
    amount: money(row.amount, currency),
    balanceAfter: money(row.balance_after, currency),
    currency,
    description: row.description as string,
    invoiceId: text(row.invoice_id),
    paymentId: text(row.payment_id),
    occurredAt: row.occurred_at as string,
  };
}
