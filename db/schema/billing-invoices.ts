import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, tenantTable, time, updatedAt } from "./tenant-table.ts";

const money = (name: string) => numeric(name, { precision: 38, scale: 12 }).notNull().default("0");

/** A bill of one month. Once finalised (`open`) its figures never change. */
export const invoices = tenantTable(
  "invoices",
  {
    /** Taken inside the finalising transaction; a draft has none. */
    number: text("number"),
    status: text("status").notNull().default("draft"),
    month: date("month").notNull(),
    timezone: text("timezone").notNull(),
    /** Half-open instants of the month in the tenant's zone. */
    periodStart: time("period_start").notNull(),
    periodEnd: time("period_end").notNull(),
    currency: text("currency").notNull(),
    subtotal: money("subtotal"),
    discount: money("discount"),
    tax: money("tax"),
    taxRatePercent: numeric("tax_rate_percent", { precision: 7, scale: 4 }).notNull().default("0"),
    total: money("total"),
    /** Total − credits − wallet − what was paid; the one figure that moves after the invoice is final. */
    amountDue: money("amount_due"),
    credited: money("credited"),
    walletApplied: money("wallet_applied"),
    amountPaid: money("amount_paid"),
    discountPercent: numeric("discount_percent", { precision: 7, scale: 4 }).notNull().default("0"),
    /** `exclusive`, `inclusive` or `reverse_charge`. */
    taxMode: text("tax_mode").notNull().default("exclusive"),
    taxId: text("tax_id"),
    /** `[{ base, quote, month, rate }]`: what costs in other currencies were converted at, frozen with the figures. */
    exchangeRates: jsonb("exchange_rates").notNull().default([]),
    /** How it was paid in the end: the provider's name and its own id of the payment. */
    paymentMethod: text("payment_method"),
    paymentTransactionId: text("payment_transaction_id"),
    uncollectibleAt: time("uncollectible_at"),
    billingName: text("billing_name").notNull(),
    billingEmail: text("billing_email").notNull(),
    billingAddress: text("billing_address"),
    /** On the tenant's clock: when its draft was made, when its figures were worked out last, when a draft gets final. */
    draftedAt: time("drafted_at"),
    computedAt: time("computed_at"),
    finalizesAt: time("finalizes_at"),
    issuedAt: time("issued_at"),
    dueAt: time("due_at"),
    paidAt: time("paid_at"),
    voidedAt: time("voided_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("invoices_number_key").on(t.tenantId, t.number).where(sql`number is not null`),
    uniqueIndex("invoices_month_key").on(t.tenantId, t.month).where(sql`status <> 'void'`),
    index("invoices_time_idx").on(t.tenantId, t.periodStart, t.id),
  ],
);

/**
 * A line of an invoice. A usage line names the slice of records it bills: month, closing, type, provider, model and
 * the range of ingest sequences (from exclusive, to inclusive). The records themselves are not written.
 */
export const invoiceLines = tenantTable(
  "invoice_lines",
  {
    invoiceId: uuid("invoice_id").notNull(),
    position: integer("position").notNull(),
    kind: text("kind").notNull(),
    description: text("description").notNull(),
    serviceType: text("service_type"),
    provider: text("provider"),
    model: text("model"),
    usageMonth: date("usage_month"),
    closing: smallint("closing"),
    seqFrom: bigint("seq_from", { mode: "number" }),
    seqTo: bigint("seq_to", { mode: "number" }),
    /** A fee's line: the subscription, the first day of its period, and the days of it that are billed or given back. */
    subscriptionId: uuid("subscription_id"),
    feePeriod: date("fee_period"),
    serviceFrom: date("service_from"),
    serviceTo: date("service_to"),
    requests: integer("requests").notNull().default(0),
    quantity: numeric("quantity").notNull(),
    coveredQuantity: numeric("covered_quantity").notNull().default("0"),
    amount: money("amount"),
    amountExact: money("amount_exact"),
    /** The line's share of the invoice's discount. */
    discount: money("discount"),
    /** Cost and recorded price of the slice: what the usage was worth, covered by the plan or not. */
    providerCost: money("provider_cost"),
    clientPrice: money("client_price"),
    taxRatePercent: numeric("tax_rate_percent", { precision: 7, scale: 4 }).notNull().default("0"),
    /** The line bills nothing: its invoice is a draft still, or void. */
    voided: boolean("voided").notNull().default(false),
    createdAt: createdAt(),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.invoiceId], foreignColumns: [invoices.tenantId, invoices.id] }),
    uniqueIndex("invoice_lines_position_key").on(t.tenantId, t.invoiceId, t.position),
    uniqueIndex("invoice_lines_slice_key")
      .on(t.tenantId, t.usageMonth, t.closing, t.serviceType, t.provider, t.model)
      .where(sql`usage_month is not null and not voided`),
  ],
);

/** The last number taken in a tenant's month; raised inside the finalising transaction, so there are no gaps. */
export const invoiceNumbers = pgTable(
  "invoice_numbers",
  {
    tenantId: uuid("tenant_id").notNull(),
    month: date("month").notNull(),
    lastNumber: integer("last_number").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.month] })],
);

/** A run that makes the invoices of a month for all tenants, in the background. */
export const invoiceRuns = pgTable(
  "invoice_runs",
  {
    id: uuid("id").primaryKey(),
    month: date("month").notNull(),
    /** running finished cancelled */
    status: text("status").notNull().default("running"),
    startedBy: text("started_by").notNull(),
    startedAt: time("started_at").notNull(),
    finishedAt: time("finished_at"),
  },
  (t) => [
    uniqueIndex("invoice_runs_running_key").on(t.month).where(sql`status = 'running'`),
    index("invoice_runs_time_idx").on(t.startedAt, t.id),
  ],
);

/** What a run came to for one tenant; without an outcome it is still to be done. */
export const invoiceRunResults = pgTable(
  "invoice_run_results",
  {
    runId: uuid("run_id")
      .notNull()
      .references(() => invoiceRuns.id),
    tenantRef: uuid("tenant_ref").notNull(),
    /** created existing nothing_to_bill not_closed stopped failed */
    outcome: text("outcome"),
    invoiceId: uuid("invoice_id"),
    number: text("number"),
    message: text("message"),
    settledAt: time("settled_at"),
  },
  (t) => [primaryKey({ columns: [t.runId, t.tenantRef] })],
);
