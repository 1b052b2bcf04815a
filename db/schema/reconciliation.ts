import { index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { time } from "./tenant-table.ts";

/** One comparison of all tenants' records, roll-ups, conversations and invoices: the nightly one, or asked for. */
export const reconciliations = pgTable(
  "reconciliations",
  {
    id: uuid("id").primaryKey(),
    startedBy: text("started_by").notNull(),
    startedAt: time("started_at").notNull(),
    finishedAt: time("finished_at").notNull(),
    tenants: integer("tenants").notNull(),
    /** How many tenants differ. */
    differences: integer("differences").notNull(),
    /** Sums by currency: records, daily and hourly roll-ups, conversations, invoice lines. */
    sums: jsonb("sums").notNull(),
    /** The rows of the tenants that differ, whole. */
    differing: jsonb("differing").notNull(),
  },
  (t) => [index("reconciliations_time_idx").on(t.startedAt)],
);
