import { sql } from "drizzle-orm";
import {
  bigint,
  date,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { tenantTable, time } from "./tenant-table.ts";

const money = (name: string) => numeric(name, { precision: 38, scale: 12 }).notNull().default("0");
const quantity = (name: string) => numeric(name).notNull().default("0");

/**
 * The one row a tenant's metering locks first: it orders commits, so that `last_seq` is commit order. The table of
 * single records, `usage_breakdown`, is partitioned by month, which cannot be said here: it stands in the migrations
 * (0000_house, 0003_adjustments).
 */
export const billingLedgers = pgTable("billing_ledgers", {
  tenantId: uuid("tenant_id").primaryKey(),
  lastSeq: bigint("last_seq", { mode: "number" }).notNull().default(0),
  /** The zone that days and months are cut in; frozen while a period runs. */
  timezone: text("timezone").notNull(),
});

/** A billing month of a tenant that was closed at least once: records after `closed_seq` are late usage. */
export const billingPeriods = pgTable(
  "billing_periods",
  {
    tenantId: uuid("tenant_id").notNull(),
    month: date("month").notNull(),
    timezone: text("timezone").notNull(),
    closings: smallint("closings").notNull(),
    closedSeq: bigint("closed_seq", { mode: "number" }).notNull(),
    closedAt: time("closed_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.month] })],
);

/** Idempotency keys, apart from the partitioned records: a key is unique whatever the record's month. */
export const usageKeys = pgTable(
  "usage_keys",
  {
    tenantId: uuid("tenant_id").notNull(),
    /** The first 128 bits of the key's SHA-256. */
    keyHash: uuid("key_hash").notNull(),
    recordId: uuid("record_id").notNull(),
    payloadHash: uuid("payload_hash").notNull(),
    key: text("key").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.keyHash] })],
);

const counted = () => ({
  requests: integer("requests").notNull().default(0),
  failedRequests: integer("failed_requests").notNull().default(0),
  inputQuantity: quantity("input_quantity"),
  cachedQuantity: quantity("cached_quantity"),
  outputQuantity: quantity("output_quantity"),
  totalQuantity: quantity("total_quantity"),
  providerCost: money("provider_cost"),
  clientPrice: money("client_price"),
});

/**
 * Usage by day of the tenant's zone, service type, provider and model, written with each record. `closing` counts
 * how often the month had been closed when the record came, so late usage stays apart from what was billed.
 */
export const usageDaily = pgTable(
  "usage_daily",
  {
    tenantId: uuid("tenant_id").notNull(),
    day: date("day").notNull(),
    serviceType: text("service_type").notNull(),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    closing: smallint("closing").notNull().default(0),
    ...counted(),
    coveredQuantity: quantity("covered_quantity"),
    billablePrice: money("billable_price"),
    unpricedRequests: integer("unpriced_requests").notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.day, t.serviceType, t.provider, t.model, t.closing] }),
    // The platform's sums over all tenants of a month.
    index("usage_daily_day_idx").on(t.day),
    // What came after its month was closed; nearly nothing, so nearly nothing to keep up.
    index("usage_daily_late_idx")
      .on(t.day, t.tenantId, t.serviceType, t.provider, t.model, t.closing)
      .where(sql`closing > 0`),
  ],
);

/** Usage by hour of UTC, for graphs and for "when was this last used". */
export const usageHourly = pgTable(
  "usage_hourly",
  {
    tenantId: uuid("tenant_id").notNull(),
    hour: time("hour").notNull(),
    serviceType: text("service_type").notNull(),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    ...counted(),
    lastOccurredAt: time("last_occurred_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.hour, t.serviceType, t.provider, t.model] }),
    index("usage_hourly_model_idx").on(t.serviceType, t.provider, t.model, t.hour),
  ],
);

/** Room that was set aside in quotas for a call that has not been committed yet. */
export const usageReservations = tenantTable(
  "usage_reservations",
  {
    amount: money("amount"),
    quantity: quantity("quantity"),
    quotaIds: uuid("quota_ids").array().notNull(),
    expiresAt: time("expires_at").notNull(),
  },
  (t) => [index("usage_reservations_expiry_idx").on(t.tenantId, t.expiresAt)],
);
