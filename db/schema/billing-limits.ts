import { sql } from "drizzle-orm";
import { bigint, boolean, date, index, integer, numeric, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, tenantTable, time, updatedAt } from "./tenant-table.ts";

const amount = (name: string) => numeric(name, { precision: 38, scale: 12 });

/** A limit on a tenant's usage in a day, week or month of its zone, with what happens at the limit. */
export const usageQuotas = tenantTable(
  "usage_quotas",
  {
    /** `quota`; `ai_budget`: the one monthly budget for AI; `plan_limit`: the AI requests that the plan allows. */
    kind: text("kind").notNull().default("quota"),
    name: text("name").notNull(),
    /** Null: every service. */
    serviceType: text("service_type"),
    /** `money`, `quantity` or (a plan's limit) `requests`. */
    measure: text("measure").notNull(),
    period: text("period").notNull(),
    limitAmount: amount("limit_amount").notNull(),
    warnPercent: numeric("warn_percent", { precision: 7, scale: 4 }).notNull().default("80"),
    onExceed: text("on_exceed").notNull().default("pause"),
    fallbackModel: text("fallback_model"),
    pauseMessage: text("pause_message"),
    notifyEmails: text("notify_emails").array().notNull().default(sql`'{}'`),
    counts: text("counts").notNull().default("recorded"),
    enabled: boolean("enabled").notNull().default(true),
    /** Start of the window that `used` counts. */
    periodStart: time("period_start").notNull(),
    used: amount("used").notNull().default("0"),
    reserved: amount("reserved").notNull().default("0"),
    warnedAt: time("warned_at"),
    exceededAt: time("exceeded_at"),
    /** What the refused call would have taken; the mark lifts when there is room for it again. */
    refusedAmount: amount("refused_amount"),
    /** Room that was paid for beyond the limit, and the window it holds for; the next begins without it. */
    extraAmount: amount("extra_amount").notNull().default("0"),
    extraFor: time("extra_for"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index("usage_quotas_tenant_idx").on(t.tenantId, t.createdAt),
    uniqueIndex("usage_quotas_kind_key").on(t.tenantId, t.kind).where(sql`kind <> 'quota'`),
  ],
);

/** A budget with marks; each mark fires once a period. */
export const costAlerts = tenantTable(
  "cost_alerts",
  {
    name: text("name").notNull(),
    serviceType: text("service_type"),
    period: text("period").notNull().default("monthly"),
    budget: amount("budget").notNull(),
    marks: numeric("marks", { precision: 7, scale: 4 }).array().notNull(),
    emails: text("emails").array().notNull().default(sql`'{}'`),
    emailEnabled: boolean("email_enabled").notNull().default(true),
    counts: text("counts").notNull().default("recorded"),
    enabled: boolean("enabled").notNull().default(true),
    periodStart: time("period_start").notNull(),
    spent: amount("spent").notNull().default("0"),
    /** The highest mark passed in the period; marks up to it are spent. */
    passedMark: numeric("passed_mark", { precision: 7, scale: 4 }).notNull().default("0"),
    triggerCount: integer("trigger_count").notNull().default(0),
    lastTriggeredAt: time("last_triggered_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index("cost_alerts_tenant_idx").on(t.tenantId, t.createdAt)],
);

/** A mark that fired, with the record and conversation that crossed it. */
export const costAlertEvents = tenantTable(
  "cost_alert_events",
  {
    alertId: uuid("alert_id").notNull(),
    periodStart: time("period_start").notNull(),
    mark: numeric("mark", { precision: 7, scale: 4 }).notNull(),
    spent: amount("spent").notNull(),
    budget: amount("budget").notNull(),
    conversationId: uuid("conversation_id"),
    recordId: uuid("record_id"),
    triggeredAt: time("triggered_at").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("cost_alert_events_mark_key").on(t.tenantId, t.alertId, t.periodStart, t.mark),
    index("cost_alert_events_time_idx").on(t.tenantId, t.triggeredAt),
  ],
);

/** What a tenant used in a month of what its plan allows; `messages`: those that left. Only where the plan sets a limit. */
export const planCounters = tenantTable(
  "plan_counters",
  {
    month: date("month").notNull(),
    kind: text("kind").notNull(),
    used: bigint("used", { mode: "number" }).notNull().default(0),
  },
  (t) => [uniqueIndex("plan_counters_month_key").on(t.tenantId, t.month, t.kind)],
);
