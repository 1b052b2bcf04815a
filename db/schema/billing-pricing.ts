import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, tenantTable, time, updatedAt } from "./tenant-table.ts";

/** What a provider charges the platform, dated; a row is never changed once usage was priced by it. */
export const providerPrices = pgTable(
  "provider_prices",
  {
    id: uuid("id").primaryKey(),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    serviceType: text("service_type").notNull(),
    currency: text("currency").notNull().default("USD"),
    unit: text("unit").notNull(),
    parts: jsonb("parts").notNull(),
    tiers: jsonb("tiers").notNull().default([]),
    windows: jsonb("windows").notNull().default([]),
    minimum: jsonb("minimum"),
    validFrom: time("valid_from").notNull(),
    validTo: time("valid_to"),
    source: text("source").notNull().default("manual"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [uniqueIndex("provider_prices_start_key").on(t.provider, t.model, t.serviceType, t.validFrom)],
);

/** What prices in one currency are billed at in another, from a billing month on; a row that was used is never changed. */
export const exchangeRates = pgTable(
  "exchange_rates",
  {
    id: uuid("id").primaryKey(),
    base: text("base").notNull(),
    quote: text("quote").notNull(),
    /** The first day of the first month it holds for. */
    month: date("month").notNull(),
    rate: numeric("rate", { precision: 24, scale: 12 }).notNull(),
    reason: text("reason"),
    createdBy: text("created_by").notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("exchange_rates_month_key").on(t.base, t.quote, t.month)],
);

/** A list of prices that was handed in: what it offered, and which of its lines were no prices. */
export const priceImports = pgTable("price_imports", {
  id: uuid("id").primaryKey(),
  source: text("source").notNull(),
  offered: integer("offered").notNull(),
  unchanged: integer("unchanged").notNull(),
  /** `[{ name, reason }]` */
  refused: jsonb("refused").notNull().default([]),
  createdBy: text("created_by").notNull(),
  createdAt: createdAt(),
});

/** A price out of a list; it prices nothing until somebody accepts it. */
export const priceProposals = pgTable(
  "price_proposals",
  {
    id: uuid("id").primaryKey(),
    importId: uuid("import_id")
      .notNull()
      .references(() => priceImports.id),
    source: text("source").notNull(),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    serviceType: text("service_type").notNull(),
    price: jsonb("price").notNull(),
    /** The price that was in force when the list came in. */
    currentPriceId: uuid("current_price_id"),
    /** new inside outside */
    verdict: text("verdict").notNull(),
    /** How many times more or less the rate that moves most becomes. */
    factor: numeric("factor"),
    /** Another source's open proposal names other rates. */
    disputed: boolean("disputed").notNull().default(false),
    /** open accepted rejected superseded */
    status: text("status").notNull().default("open"),
    priceId: uuid("price_id"),
    decidedBy: text("decided_by"),
    decidedAt: time("decided_at"),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("price_proposals_open_key")
      .on(t.source, t.provider, t.model, t.serviceType)
      .where(sql`status = 'open'`),
    index("price_proposals_status_idx").on(t.status, t.provider, t.model, t.id),
    index("price_proposals_import_idx").on(t.importId),
  ],
);

/** What a tenant pays: a markup or a fixed price for the platform, a plan or one tenant, optionally narrowed. */
export const pricingRules = pgTable(
  "pricing_rules",
  {
    id: uuid("id").primaryKey(),
    scope: text("scope").notNull(),
    tenantRef: uuid("tenant_ref"),
    planId: uuid("plan_id"),
    serviceType: text("service_type"),
    provider: text("provider"),
    model: text("model"),
    /** Null: since ever. */
    validFrom: time("valid_from"),
    validTo: time("valid_to"),
    markupPercent: numeric("markup_percent"),
    fixedPrice: jsonb("fixed_price"),
    /** `{ name, side, percent }`: the rule holds for this share of the tenants only. */
    trial: jsonb("trial"),
    reason: text("reason"),
    createdBy: text("created_by"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("pricing_rules_start_key").on(
      t.scope,
      sql`coalesce(tenant_ref, plan_id, '00000000-0000-0000-0000-000000000000')`,
      sql`coalesce(service_type, '')`,
      sql`coalesce(provider, '')`,
      sql`coalesce(model, '')`,
      sql`coalesce(valid_from, '-infinity'::timestamptz)`,
      sql`coalesce(trial ->> 'side', '')`,
    ),
  ],
);

/** Every change of a provider price or a pricing rule, appended with it; shared by all, narrowed when read. */
export const pricingHistory = pgTable(
  "pricing_history",
  {
    id: uuid("id").primaryKey(),
    /** `provider_price` or `pricing_rule`. */
    subjectType: text("subject_type").notNull(),
    subjectId: uuid("subject_id").notNull(),
    action: text("action").notNull(),
    scope: text("scope").notNull(),
    tenantRef: uuid("tenant_ref"),
    planId: uuid("plan_id"),
    serviceType: text("service_type"),
    provider: text("provider"),
    model: text("model"),
    effectiveFrom: time("effective_from").notNull(),
    /** `{ old, new }`: unit and parts, or the markup, before and after. */
    terms: jsonb("terms").notNull(),
    reason: text("reason"),
    changedBy: text("changed_by").notNull(),
    createdAt: createdAt(),
  },
  (t) => [index("pricing_history_time_idx").on(t.effectiveFrom, t.id)],
);

/** That a tenant was told of a change of price: when on its clock, and by which mail. */
export const pricingNotices = tenantTable(
  "pricing_notices",
  {
    historyId: uuid("history_id")
      .notNull()
      .references(() => pricingHistory.id),
    notifiedAt: time("notified_at").notNull(),
    mailId: uuid("mail_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("pricing_notices_history_key").on(t.tenantId, t.historyId)],
);

/** One row: the version of everything that prices are made of. Committers compare it and reload their cache. */
export const pricingState = pgTable("pricing_state", {
  id: smallint("id").primaryKey(),
  version: bigint("version", { mode: "number" }).notNull().default(1),
});

/** A plan that tenants subscribe to. */
export const plans = pgTable(
  "plans",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    code: text("code").notNull(),
    description: text("description"),
    currency: text("currency").notNull(),
    monthlyPrice: numeric("monthly_price", { precision: 24, scale: 12 }).notNull(),
    yearlyPrice: numeric("yearly_price", { precision: 24, scale: 12 }),
    interval: text("interval").notNull().default("month"),
    intervalCount: integer("interval_count").notNull().default(1),
    trialDays: integer("trial_days").notNull().default(0),
    /** Units the plan covers each month: `{ tokens, voiceMinutes, sms, emails, apiCalls, messages }`. */
    included: jsonb("included").notNull().default({}),
    /** What units beyond those cost instead of their recorded price, by kind. */
    overage: jsonb("overage").notNull().default({}),
    /** What usage comes to at least each month; the rest is topped up. */
    minimumCommitment: numeric("minimum_commitment", { precision: 24, scale: 12 }).notNull().default("0"),
    limits: jsonb("limits").notNull().default({}),
    features: jsonb("features").notNull().default([]),
    active: boolean("active").notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [uniqueIndex("plans_code_key").on(sql`lower(${t.code})`)],
);

/** A tenant's plan over time; the one without an end is the current one. */
export const tenantSubscriptions = tenantTable(
  "tenant_subscriptions",
  {
    planId: uuid("plan_id")
      .notNull()
      .references(() => plans.id),
    status: text("status").notNull().default("active"),
    interval: text("interval").notNull().default("month"),
    intervalCount: integer("interval_count").notNull().default(1),
    /** What a period costs, as agreed when it began. */
    price: numeric("price", { precision: 24, scale: 12 }).notNull(),
    /** The day, in the tenant's zone, that periods are counted from; a change of plan within a period keeps it. */
    anchorDay: date("anchor_day").notNull(),
    startedAt: time("started_at").notNull(),
    trialEndsAt: time("trial_ends_at"),
    autoRenew: boolean("auto_renew").notNull().default(true),
    cancelAtPeriodEnd: boolean("cancel_at_period_end").notNull().default(false),
    /** The plan that follows at the end of the period. */
    pendingPlanId: uuid("pending_plan_id"),
    pendingInterval: text("pending_interval"),
    cancelledAt: time("cancelled_at"),
    endedAt: time("ended_at"),
    /** `changed`, `cancelled`, `expired` or `trial_ended`. */
    endReason: text("end_reason"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("tenant_subscriptions_current_key").on(t.tenantId).where(sql`ended_at is null`),
    index("tenant_subscriptions_time_idx").on(t.tenantId, t.startedAt),
  ],
);

/** How much of a plan's allowance of one kind a tenant has used in a month, in commit order. */
export const usageAllowances = tenantTable(
  "usage_allowances",
  {
    month: date("month").notNull(),
    kind: text("kind").notNull(),
    used: numeric("used").notNull().default("0"),
    /** Units beyond the allowance that the plan's own rate bills. */
    beyond: numeric("beyond").notNull().default("0"),
  },
  (t) => [uniqueIndex("usage_allowances_month_key").on(t.tenantId, t.month, t.kind)],
);
