import { sql } from "drizzle-orm";
import {
  boolean,
  customType,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { invoices } from "./billing-invoices.ts";
import { createdAt, tenantTable, time, updatedAt } from "./tenant-table.ts";

const money = (name: string) => numeric(name, { precision: 38, scale: 12 }).notNull().default("0");
const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });

/** The platform's accounts at payment providers. Stripe's may live in the environment instead. */
export const paymentGateways = pgTable(
  "payment_gateways",
  {
    id: uuid("id").primaryKey(),
    provider: text("provider").notNull(),
    name: text("name").notNull(),
    region: text("region"),
    active: boolean("active").notNull().default(false),
    /** Sealed JSON of the account's keys, and of the secrets its webhooks are signed with, the newest first. */
    credentials: text("credentials"),
    webhookSecrets: text("webhook_secrets"),
    /** What may be shown of the sealed values, by name. */
    tails: jsonb("tails").notNull().default({}),
    apiBaseUrl: text("api_base_url"),
    settings: jsonb("settings").notNull().default({}),
    archivedAt: time("archived_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index("payment_gateways_provider_idx").on(t.provider, t.id)],
);

/** Webhooks of payment providers, raw, each event once; what they are about is fetched again when they are applied. */
export const paymentEvents = pgTable(
  "payment_events",
  {
    id: uuid("id").primaryKey(),
    gatewayId: uuid("gateway_id")
      .notNull()
      .references(() => paymentGateways.id),
    deliveryKey: text("delivery_key").notNull(),
    type: text("type").notNull(),
    body: bytes("body").notNull(),
    headers: jsonb("headers").notNull().default({}),
    deliveries: integer("deliveries").notNull().default(1),
    /** received applied ignored refused failed */
    status: text("status").notNull().default("received"),
    error: text("error"),
    tenantRef: uuid("tenant_ref"),
    paymentId: uuid("payment_id"),
    receivedAt: time("received_at").notNull().default(sql`now()`),
    processedAt: time("processed_at"),
  },
  (t) => [
    uniqueIndex("payment_events_delivery_key").on(t.gatewayId, t.deliveryKey),
    index("payment_events_time_idx").on(t.receivedAt),
  ],
);

/** A tenant as a provider knows it. */
export const paymentCustomers = tenantTable(
  "payment_customers",
  {
    gatewayId: uuid("gateway_id")
      .notNull()
      .references(() => paymentGateways.id),
    externalId: text("external_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("payment_customers_gateway_key").on(t.tenantId, t.gatewayId)],
);

/** A card or account that a provider keeps for a tenant. */
export const paymentMethods = tenantTable(
  "payment_methods",
  {
    gatewayId: uuid("gateway_id")
      .notNull()
      .references(() => paymentGateways.id),
    /** pending (its page is open), active, removed */
    status: text("status").notNull(),
    externalId: text("external_id"),
    setupId: text("setup_id"),
    setupUrl: text("setup_url"),
    kind: text("kind"),
    brand: text("brand"),
    last4: text("last4"),
    expMonth: integer("exp_month"),
    expYear: integer("exp_year"),
    isDefault: boolean("is_default").notNull().default(false),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("payment_methods_external_key")
      .on(t.tenantId, t.gatewayId, t.externalId)
      .where(sql`external_id is not null and status = 'active'`),
    uniqueIndex("payment_methods_default_key").on(t.tenantId).where(sql`is_default and status = 'active'`),
    index("payment_methods_setup_idx").on(t.setupId).where(sql`setup_id is not null`),
  ],
);

/** One attempt to pay: an invoice, or money into the wallet. */
export const payments = tenantTable(
  "payments",
  {
    gatewayId: uuid("gateway_id")
      .notNull()
      .references(() => paymentGateways.id),
    invoiceId: uuid("invoice_id"),
    /** A quota that gets this much more room in its running window once the money is in the wallet. */
    quotaId: uuid("quota_id"),
    /** `subscription` (an invoice) or `one_time` (the wallet). */
    kind: text("kind").notNull(),
    /** pending processing succeeded failed cancelled partially_refunded refunded */
    status: text("status").notNull().default("pending"),
    amount: money("amount"),
    currency: text("currency").notNull(),
    refundedAmount: money("refunded_amount"),
    description: text("description").notNull(),
    paymentMethodId: uuid("payment_method_id"),
    methodLabel: text("method_label"),
    externalPaymentId: text("external_payment_id"),
    externalChargeId: text("external_charge_id"),
    externalCustomerId: text("external_customer_id"),
    failureCode: text("failure_code"),
    failureReason: text("failure_reason"),
    receiptUrl: text("receipt_url"),
    checkoutUrl: text("checkout_url"),
    /** Who asked for it: a person's or key's label, `dunning`, `renewal`. */
    initiatedBy: text("initiated_by").notNull(),
    processedAt: time("processed_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.invoiceId], foreignColumns: [invoices.tenantId, invoices.id] }),
    // An invoice is paid by one attempt at a time, so that two can never both succeed.
    uniqueIndex("payments_unsettled_key")
      .on(t.tenantId, t.invoiceId)
      .where(sql`invoice_id is not null and status in ('pending', 'processing')`),
    uniqueIndex("payments_external_key")
      .on(t.gatewayId, t.externalPaymentId)
      .where(sql`external_payment_id is not null`),
    index("payments_time_idx").on(t.tenantId, t.id),
    index("payments_invoice_idx").on(t.tenantId, t.invoiceId),
  ],
);

/** Money given back: part of a payment, always by a record of its own. */
export const refunds = tenantTable(
  "refunds",
  {
    paymentId: uuid("payment_id").notNull(),
    creditNoteId: uuid("credit_note_id"),
    /** pending succeeded failed */
    status: text("status").notNull().default("pending"),
    amount: money("amount"),
    currency: text("currency").notNull(),
    reason: text("reason").notNull(),
    externalRefundId: text("external_refund_id"),
    failureReason: text("failure_reason"),
    createdBy: text("created_by").notNull(),
    processedAt: time("processed_at"),
    createdAt: createdAt(),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.paymentId], foreignColumns: [payments.tenantId, payments.id] }),
    index("refunds_payment_idx").on(t.tenantId, t.paymentId),
  ],
);

/** A correction of a final invoice. `settled_as` says where the money went. */
export const creditNotes = tenantTable(
  "credit_notes",
  {
    number: text("number").notNull(),
    month: date("month").notNull(),
    invoiceId: uuid("invoice_id").notNull(),
    currency: text("currency").notNull(),
    /** What is credited, with the tax in it. */
    amount: money("amount"),
    tax: money("tax"),
    /** Of the amount: what lowered the invoice's due, what went into the wallet, what was paid back. */
    appliedToDue: money("applied_to_due"),
    toWallet: money("to_wallet"),
    refunded: money("refunded"),
    reason: text("reason").notNull(),
    createdBy: text("created_by").notNull(),
    issuedAt: time("issued_at").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.invoiceId], foreignColumns: [invoices.tenantId, invoices.id] }),
    uniqueIndex("credit_notes_number_key").on(t.tenantId, t.number),
    index("credit_notes_invoice_idx").on(t.tenantId, t.invoiceId),
  ],
);

/** The last number taken in a tenant's month; raised inside the transaction that writes the note. */
export const creditNoteNumbers = pgTable(
  "credit_note_numbers",
  {
    tenantId: uuid("tenant_id").notNull(),
    month: date("month").notNull(),
    lastNumber: integer("last_number").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.month] })],
);

/** Prepaid money of a tenant; the sum of its entries. */
export const wallets = tenantTable(
  "wallets",
  {
    currency: text("currency").notNull(),
    balance: money("balance"),
    updatedAt: updatedAt(),
  },
  (t) => [uniqueIndex("wallets_currency_key").on(t.tenantId, t.currency)],
);

/** A movement of the wallet; `cause` makes sure that one fact moves it once. */
export const walletEntries = tenantTable(
  "wallet_entries",
  {
    /** top_up invoice credit_note overpayment refund */
    kind: text("kind").notNull(),
    amount: money("amount"),
    balanceAfter: money("balance_after"),
    currency: text("currency").notNull(),
    description: text("description").notNull(),
    invoiceId: uuid("invoice_id"),
    paymentId: uuid("payment_id"),
    cause: text("cause").notNull(),
    occurredAt: time("occurred_at").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("wallet_entries_cause_key").on(t.tenantId, t.cause),
    index("wallet_entries_time_idx").on(t.tenantId, t.id),
  ],
);

/** The way from an invoice's first failed payment to its payment or the suspension. */
export const dunningCases = tenantTable(
  "dunning_cases",
  {
    invoiceId: uuid("invoice_id").notNull(),
    /** running suspended recovered stopped */
    status: text("status").notNull().default("running"),
    reason: text("reason").notNull(),
    firstFailedAt: time("first_failed_at").notNull(),
    attempts: integer("attempts").notNull().default(0),
    nextAttemptAt: time("next_attempt_at"),
    suspendsAt: time("suspends_at").notNull(),
    suspendedAt: time("suspended_at"),
    endedAt: time("ended_at"),
    createdAt: createdAt(),
  },
  (t) => [
    foreignKey({ columns: [t.tenantId, t.invoiceId], foreignColumns: [invoices.tenantId, invoices.id] }),
    uniqueIndex("dunning_cases_running_key")
      .on(t.tenantId, t.invoiceId)
      .where(sql`status in ('running', 'suspended')`),
  ],
);
