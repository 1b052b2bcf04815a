import { formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import type { InvoiceRowView, InvoiceView } from "./invoice-view.ts";
import { monthLabel } from "./spend-answers.ts";

interface InvoiceAnswer {
  id: string;
  number: string | null;
  status: string;
  period: string;
  timezone: string;
  currency: string;
  subtotal: string;
  discount: string;
  tax: string;
  taxRatePercent: string;
  total: string;
  amountDue: string;
  credited: string;
  walletApplied: string;
  amountPaid: string;
  taxMode: string;
  exchangeRates?: ReadonlyArray<{ base: string; quote: string; month: string; rate: string }>;
  billingEmail: string;
  issuedAt: string | null;
  computedAt: string | null;
  finalizesAt: string | null;
}

interface LineAnswer {
  kind: string;
  amount: string;
  requests: number;
}

/** An invoice of the list; unpaid past its day it is overdue. */
export function toInvoiceRow(
  invoice: InvoiceAnswer & { dueAt: string | null },
  nowMs: number,
): InvoiceRowView {
  const late = invoice.status === "open" && invoice.dueAt !== null && Date.parse(invoice.dueAt) < nowMs;
  return {
    id: invoice.id,
    number: invoice.number,
    status: late ? "overdue" : invoice.status,
    month: monthLabel(invoice.period),
    total: invoice.total,
    amountDue: invoice.amountDue,
    currency: invoice.currency,
    issuedAt: invoice.issuedAt,
    finalizesAt: invoice.finalizesAt,
  };
}

function sumOf(lines: ReadonlyArray<LineAnswer>, plan: boolean): string {
  const picked = lines.filter((line) => (line.kind === "subscription") === plan);
  return formatAmount(sumAmounts(picked.map((line) => parseAmount(line.amount))));
}

function taxLabel(invoice: InvoiceAnswer): string {
  if (invoice.taxMode === "reverse_charge") return "Tax, reverse charge";
  return `${invoice.taxMode === "inclusive" ? "Tax contained" : "Tax"}, ${invoice.taxRatePercent}%`;
}

function settledRows(invoice: InvoiceAnswer) {
  const rows = [
    { label: "Credited", value: invoice.credited },
    invoice.walletApplied.startsWith("-")
      ? { label: "Put into the wallet", value: invoice.walletApplied.slice(1) }
      : { label: "From the wallet", value: invoice.walletApplied },
    { label: "Paid", value: invoice.amountPaid },
  ].filter((row) => parseAmount(row.value) !== 0n);
  if (rows.length === 0) return [];
  const due = { label: "Amount due", value: invoice.amountDue };
  return [...rows, due];
}

/** "America/New_York" as people say it: New York. */
const zoneWords = (zone: string) => zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;

function noteOf(invoice: InvoiceAnswer, issued: string | null, stamp: (at: string) => string): string[] {
  if (invoice.status === "draft" && invoice.finalizesAt)
    return [
      `A draft: it becomes final ${stamp(invoice.finalizesAt)} and cannot be paid before.`,
      "Usage of the month that still comes is added then.",
      ...(invoice.computedAt ? [`Figures of ${stamp(invoice.computedAt)}.`] : []),
    ];
  return [
    ...(issued ? [`Finalized ${issued}, ${zoneWords(invoice.timezone)} time.`] : []),
    ...(invoice.billingEmail ? [`Sent to ${invoice.billingEmail}.`] : []),
    ...(invoice.exchangeRates ?? []).map(
      ({ base, quote, month, rate }) => `Prices in ${base}, ${month}: 1 ${base} = ${rate} ${quote}.`,
    ),
  ];
}

/** The head of an invoice with its figures; `equal` says that its lines add up to its subtotal. */
export function toInvoice(
  invoice: InvoiceAnswer,
  lines: { data: ReadonlyArray<LineAnswer>; total: { equal: boolean } } | null,
  issued: string | null,
  csvHref: string,
  stamp: (at: string) => string,
): InvoiceView {
  const rows = lines?.data ?? [];
  const records = rows.reduce((sum, line) => sum + (line.kind === "subscription" ? 0 : line.requests), 0);
  const plan = sumOf(rows, true);
  const optional = (label: string, value: string) => (parseAmount(value) === 0n ? [] : [{ label, value }]);
  return {
    id: invoice.id,
    number: invoice.number,
    status: invoice.status,
    month: monthLabel(invoice.period),
    currency: invoice.currency,
    figures: [
      ...(lines ? [...optional("Plan", plan), { label: "Usage", value: sumOf(rows, false) }] : []),
      { label: "Subtotal", value: invoice.subtotal },
      ...optional("Discount", invoice.discount === "0" ? "0" : `-${invoice.discount}`),
      { label: taxLabel(invoice), value: invoice.tax },
    ],
    total: invoice.total,
    settled: settledRows(invoice),
    note: noteOf(invoice, issued, stamp),
    recordsSeal: lines
      ? {
          ok: lines.total.equal,
          text: lines.total.equal
            ? `${records.toLocaleString("en-US")} records${invoice.status === "draft" ? " so far" : ", every one billed once"}`
            : "The lines do not add up to the subtotal",
        }
      : null,
    csvHref,
  };
}
