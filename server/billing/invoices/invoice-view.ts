import type { Exchange } from "#domain/billing/exchange-rate.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";

type Row = Record<string, unknown>;

const trim = (value: unknown) => formatAmount(amountFromDatabase(value as string));

/** An invoice as the API shows it; money in the currency's decimals. */
export function toInvoice(row: Row) {
  const currency = row.currency as string;
  const money = (value: unknown) => formatMinor(amountFromDatabase(value as string), currency);
  return {
    id: row.id as string,
    tenantId: row.tenant_id as string,
    number: row.number as string | null,
    status: row.status as string,
    period: (row.month as string).slice(0, 7),
    timezone: row.timezone as string,
    periodStart: row.period_start as string,
    periodEnd: row.period_end as string,
    currency,
    subtotal: money(row.subtotal),
    discount: money(row.discount),
    tax: money(row.tax),
    taxRatePercent: trim(row.tax_rate_percent),
    total: money(row.total),
    credited: money(row.credited),
    walletApplied: money(row.wallet_applied),
    amountPaid: money(row.amount_paid),
    amountDue: money(dueOf(row)),
    discountPercent: trim(row.discount_percent),
    taxMode: row.tax_mode as string,
    taxId: row.tax_id as string | null,
    /** What costs in other currencies were converted at, a month of usage each. */
    exchangeRates: row.exchange_rates as Exchange[],
    paymentMethod: row.payment_method as string | null,
    paymentTransactionId: row.payment_transaction_id as string | null,
    billingName: row.billing_name as string,
    billingEmail: row.billing_email as string,
    billingAddress: row.billing_address as string | null,
    draftedAt: row.drafted_at as string | null,
    computedAt: row.computed_at as string | null,
    finalizesAt: row.finalizes_at as string | null,
    issuedAt: row.issued_at as string | null,
    dueAt: row.due_at as string | null,
    paidAt: row.paid_at as string | null,
    voidedAt: row.voided_at as string | null,
    uncollectibleAt: row.uncollectible_at as string | null,
    history: historyOf(row),
    createdAt: row.created_at as string,
  };
}

/** A draft is not to be paid yet and says what it will come to; nothing is due on a void one. */
function dueOf(row: Row): unknown {
  if (row.status === "void") return "0";
  return row.status === "draft" ? row.total : row.amount_due;
}

/** The states that an invoice passed through, in order, with their times. */
function historyOf(row: Row): { status: string; at: string }[] {
  const passed = [
    ["draft", row.drafted_at],
    ["open", row.issued_at],
    ["uncollectible", row.uncollectible_at],
    ["paid", row.paid_at],
    ["void", row.voided_at],
  ] as const;
  return passed.flatMap(([status, at]) => (at ? [{ status, at: at as string }] : []));
}

export type Invoice = ReturnType<typeof toInvoice>;

/** A line as the API shows it: the rounded amount and the exact one beside it. */
export function toLine(row: Row, currency: string) {
  const money = (value: unknown) => formatMinor(amountFromDatabase(value as string), currency);
  return {
    id: row.id as string,
    position: Number(row.position),
    kind: row.kind as string,
    description: row.description as string,
    type: row.service_type as string | null,
    provider: row.provider as string | null,
    model: row.model as string | null,
    usageMonth: row.usage_month === null ? null : (row.usage_month as string).slice(0, 7),
    subscriptionId: row.subscription_id as string | null,
    serviceFrom: row.service_from as string | null,
    serviceTo: row.service_to as string | null,
    requests: Number(row.requests),
    quantity: Number(row.quantity),
    coveredQuantity: Number(row.covered_quantity),
    amount: money(row.amount),
    amountExact: trim(row.amount_exact),
    discount: money(row.discount),
    providerCost: trim(row.provider_cost),
    clientPrice: trim(row.client_price),
    taxRatePercent: trim(row.tax_rate_percent),
    currency,
  };
}

export type InvoiceLine = ReturnType<typeof toLine>;
