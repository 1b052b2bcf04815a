import { z } from "zod";
import { costAlertInput, costAlertPatchInput } from "#domain/billing/cost-alert.ts";
import { quotaPayInput } from "#domain/billing/payment.ts";
import { quotaInput, quotaPatchInput } from "#domain/billing/quota.ts";
import {
  planChangePreviewInput,
  subscriptionCancelInput,
  subscriptionChangeInput,
  subscriptionPatchInput,
} from "#domain/billing/subscription.ts";
import {
  monthInput,
  usageDailyInput,
  usageExportInput,
  usageListInput,
  usageReportInput,
} from "#domain/billing/usage-report.ts";
import { paging } from "#domain/core/paging.ts";
import { text } from "#domain/core/text.ts";
import { router, tenantMutation, tenantPayment, tenantQuery } from "#server/trpc/procedures.ts";
import {
  createCostAlert,
  deleteCostAlert,
  getCostAlert,
  listCostAlerts,
  updateCostAlert,
} from "./cost-alerts.ts";
import { exportUsage } from "./export-usage.ts";
import { listDailyUsage } from "./list-daily-usage.ts";
import { listPricingInForce } from "./list-pricing.ts";
import { listPricingHistory } from "./list-pricing-history.ts";
import { getUsage, listUsage } from "./list-usage.ts";
import { payQuota } from "./pay-quota.ts";
import { listPlans } from "./plans.ts";
import { createQuota, deleteQuota, getQuota, listQuotas, updateQuota } from "./quotas.ts";
import { reportUsage } from "./report-usage.ts";
import { getSpend, getSpendBy, SPEND_DIMENSIONS } from "./spend.ts";
import {
  cancelSubscription,
  changeSubscription,
  previewPlanChange,
  resumeSubscription,
  setAutoRenew,
} from "./subscriptions/change-subscription.ts";
import { getSubscription, listSubscriptions } from "./subscriptions/read-subscription.ts";
import { veilCost } from "./veil-cost.ts";

const view = "billing.view";
const manage = "billing.manage";
const id = z.uuid();
const byId = z.strictObject({ id });
const csv = { contentType: "text/csv; charset=utf-8" };

/** Usage records and their roll-ups. */
export const usageRouter = router({
  list: tenantQuery(view, { route: "GET /usage", summary: "List single usage records, the newest first" })
    .input(usageListInput)
    .query(({ ctx, input }) => listUsage(ctx.actor, input)),
  get: tenantQuery(view, {
    route: "GET /usage/{id}",
    summary: "Read a usage record and why it has this price",
  })
    .input(byId)
    .query(({ ctx, input }) => getUsage(ctx.actor, input.id)),
  daily: tenantQuery(view, {
    route: "GET /usage/daily",
    summary: "List usage by day, type, provider and model",
  })
    .input(usageDailyInput)
    .query(async ({ ctx, input }) => veilCost(ctx.actor, await listDailyUsage(ctx.actor.tenantId, input))),
  spend: tenantQuery(view, {
    route: "GET /usage/spend",
    summary: "Read a month's spend by day, type and model",
  })
    .input(z.strictObject({ month: monthInput.optional() }))
    .query(async ({ ctx, input }) => veilCost(ctx.actor, await getSpend(ctx.actor.tenantId, input.month))),
  spendBy: tenantQuery(view, {
    route: "GET /usage/spend/by",
    summary: "Read a month's spend by channel, flow or AI provider",
  })
    .input(
      z.strictObject({
        dimension: z.enum(SPEND_DIMENSIONS).default("channels"),
        month: monthInput.optional(),
      }),
    )
    .query(async ({ ctx, input }) =>
      veilCost(ctx.actor, await getSpendBy(ctx.actor.tenantId, input.dimension, input.month)),
    ),
  exportCsv: tenantQuery(view, {
    route: "GET /usage/export.csv",
    summary: "Download usage records as CSV",
    file: true,
  })
    .input(usageExportInput)
    .query(async ({ ctx, input }) => ({
      ...csv,
      fileName: "usage.csv",
      body: await exportUsage(ctx.actor, input),
    })),
  report: tenantMutation("usage.report", {
    route: "POST /usage",
    summary: "Report own usage: text messages, e-mails, API calls; up to 1,000 records, idempotent by key",
    status: 201,
    example: {
      records: [
        {
          idempotencyKey: "sms-2026-11-21-0001",
          type: "sms",
          provider: "twilio",
          model: "sms",
          quantity: 2,
          occurredAt: "2026-11-21T10:00:00.000Z",
        },
      ],
    },
  })
    .input(usageReportInput)
    .mutation(async ({ ctx, input }) =>
      veilCost(ctx.actor, { data: await reportUsage(ctx.actor.tenantId, input.records) }),
    ),
});

/** Budgets with marks. */
export const costAlertsRouter = router({
  list: tenantQuery(view, { route: "GET /cost-alerts", summary: "List cost alerts" })
    .input(z.strictObject(paging))
    .query(({ ctx, input }) => listCostAlerts(ctx.actor.tenantId, input)),
  get: tenantQuery(view, { route: "GET /cost-alerts/{id}", summary: "Read a cost alert" })
    .input(byId)
    .query(({ ctx, input }) => getCostAlert(ctx.actor.tenantId, input.id)),
  create: tenantMutation(manage, {
    route: "POST /cost-alerts",
    summary: "Add a cost alert",
    status: 201,
    example: {
      name: "Monthly budget",
      budget: "1000",
      marks: ["50", "80", "90", "100"],
      emails: ["cfo@example.com"],
    },
  })
    .input(costAlertInput)
    .mutation(({ ctx, input }) => createCostAlert(ctx.actor, input)),
  update: tenantMutation(manage, {
    route: "PATCH /cost-alerts/{id}",
    summary: "Change a cost alert",
    example: { budget: "1500" },
  })
    .input(costAlertPatchInput.extend({ id }))
    .mutation(({ ctx, input: { id: alertId, ...patch } }) => updateCostAlert(ctx.actor, alertId, patch)),
  delete: tenantMutation(manage, {
    route: "DELETE /cost-alerts/{id}",
    summary: "Delete a cost alert",
    status: 204,
  })
    .input(byId)
    .mutation(({ ctx, input }) => deleteCostAlert(ctx.actor, input.id)),
});

/** Limits and what happens at them. */
export const quotasRouter = router({
  list: tenantQuery(view, { route: "GET /quotas", summary: "List quotas" })
    .input(z.strictObject(paging))
    .query(({ ctx, input }) => listQuotas(ctx.actor.tenantId, input)),
  get: tenantQuery(view, { route: "GET /quotas/{id}", summary: "Read a quota" })
    .input(byId)
    .query(({ ctx, input }) => getQuota(ctx.actor.tenantId, input.id)),
  create: tenantMutation(manage, {
    route: "POST /quotas",
    summary: "Add a quota",
    status: 201,
    example: { name: "Everything, monthly", type: "all", period: "monthly", limit: "500", onExceed: "pause" },
  })
    .input(quotaInput)
    .mutation(({ ctx, input }) => createQuota(ctx.actor, input)),
  update: tenantMutation(manage, {
    route: "PATCH /quotas/{id}",
    summary: "Change a quota",
    example: { limit: "750" },
  })
    .input(quotaPatchInput.extend({ id }))
    .mutation(({ ctx, input: { id: quotaId, ...patch } }) => updateQuota(ctx.actor, quotaId, patch)),
  pay: tenantPayment("billing.pay", {
    route: "POST /quotas/{id}/pay",
    summary: "Pay for room beyond a full limit until its window ends; what it paused goes on by itself",
    status: 201,
    example: { amount: "50.00" },
  })
    .input(quotaPayInput)
    .mutation(({ ctx, input }) => payQuota(ctx.actor, input)),
  delete: tenantMutation(manage, { route: "DELETE /quotas/{id}", summary: "Delete a quota", status: 204 })
    .input(byId)
    .mutation(({ ctx, input }) => deleteQuota(ctx.actor, input.id)),
});

/** The rates in force for the tenant. */
export const pricingRouter = router({
  list: tenantQuery(view, {
    route: "GET /pricing",
    summary: "List the rates in force for me, with the reason",
  })
    .input(z.strictObject({ ...paging, provider: text(100).optional(), model: text(200).optional() }))
    .query(({ ctx, input }) => listPricingInForce(ctx.actor, input)),
  history: tenantQuery(view, {
    route: "GET /pricing/history",
    summary: "List changes of price: old, new, per cent, reason, from when, by whom, and the notice sent",
  })
    .input(z.strictObject({ ...paging, provider: text(100).optional(), model: text(200).optional() }))
    .query(({ ctx, input }) => listPricingHistory(ctx.actor, input)),
});

/** The tenant's plan. */
export const subscriptionRouter = router({
  get: tenantQuery(view, {
    route: "GET /subscription",
    summary: "Read the plan: what it includes, used and left",
  })
    .input(z.strictObject({}))
    .query(({ ctx }) => getSubscription(ctx.actor.tenantId)),
  history: tenantQuery(view, {
    route: "GET /subscription/history",
    summary: "List all subscriptions, the latest first: plan, price, from when to when, and why it ended",
  })
    .input(z.strictObject(paging))
    .query(({ ctx, input }) => listSubscriptions(ctx.actor.tenantId, input)),
  plans: tenantQuery(view, { route: "GET /plans", summary: "List the plans that can be chosen" })
    .input(z.strictObject(paging))
    .query(({ input }) => listPlans({ ...input, offered: true })),
  change: tenantMutation(manage, {
    route: "POST /subscription",
    summary:
      "Choose a plan, now (billed by days; the day of change belongs to the new plan) or at the period's end",
    example: { planId: "01900000-0000-7000-8000-000000000000", at: "now" },
  })
    .input(subscriptionChangeInput)
    .mutation(({ ctx, input }) => changeSubscription(ctx.actor, input)),
  preview: tenantMutation(manage, {
    route: "POST /subscription/preview",
    summary: "Say what the running period would cost by days if the plan were changed now",
    example: { planId: "01900000-0000-7000-8000-000000000000" },
  })
    .input(planChangePreviewInput)
    .mutation(({ ctx, input }) => previewPlanChange(ctx.actor, input)),
  update: tenantMutation(manage, {
    route: "PATCH /subscription",
    summary: "Say whether the subscription renews by itself",
    example: { autoRenew: true },
  })
    .input(subscriptionPatchInput)
    .mutation(({ ctx, input }) => setAutoRenew(ctx.actor, input.autoRenew)),
  cancel: tenantMutation(manage, {
    route: "POST /subscription/cancel",
    summary: "Cancel the subscription, at the end of its period or at once",
    example: { at: "period_end" },
  })
    .input(subscriptionCancelInput)
    .mutation(({ ctx, input }) => cancelSubscription(ctx.actor, input)),
  resume: tenantMutation(manage, {
    route: "POST /subscription/resume",
    summary: "Take back what was to happen at the end of the period",
    example: {},
  })
    .input(z.strictObject({}))
    .mutation(({ ctx }) => resumeSubscription(ctx.actor)),
});
