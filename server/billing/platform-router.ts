import { z } from "zod";
import { planInput, planPatchInput } from "#domain/billing/plan.ts";
import { pricingRuleInput, pricingRulePatchInput } from "#domain/billing/pricing-rule.ts";
import { profitInput } from "#domain/billing/profit.ts";
import { providerPriceInput } from "#domain/billing/provider-price.ts";
import { pricePreviewInput } from "#domain/billing/usage-report.ts";
import { whatIfInput } from "#domain/billing/what-if.ts";
import { paging } from "#domain/core/paging.ts";
import { text } from "#domain/core/text.ts";
import { instantInput } from "#domain/core/time-input.ts";
import { actorLabel } from "#server/trpc/context.ts";
import { platformMutation, platformQuery, router } from "#server/trpc/procedures.ts";
import { exportProfit } from "./export-profit.ts";
import { listAllPricingHistory } from "./list-pricing-history.ts";
import { notifyPriceChange } from "./notify-price-change.ts";
import { archivePlan, createPlan, getPlan, listPlans, updatePlan } from "./plans.ts";
import { previewPrice } from "./preview-price.ts";
import {
  createPricingRule,
  endPricingRule,
  getPricingRule,
  listPricingRules,
  updatePricingRule,
} from "./pricing-rules.ts";
import { getProfit } from "./profit.ts";
import {
  createProviderPrice,
  deleteProviderPrice,
  endProviderPrice,
  getProviderPrice,
  listProviderPrices,
} from "./provider-prices.ts";
import { listReconciliations, reconcile, reconcileAll } from "./reconcile.ts";
import { priceMonthWith } from "./what-if.ts";

const id = z.uuid();
const byId = z.strictObject({ id });

/** Rules that turn cost into price. */
export const pricingRulesRouter = router({
  list: platformQuery({ route: "GET /pricing-rules", summary: "List pricing rules" })
    .input(z.strictObject({ ...paging, tenantId: id.optional() }))
    .query(({ input }) => listPricingRules(input)),
  get: platformQuery({ route: "GET /pricing-rules/{id}", summary: "Read a pricing rule" })
    .input(byId)
    .query(({ input }) => getPricingRule(input.id)),
  create: platformMutation({
    route: "POST /pricing-rules",
    summary: "Add a pricing rule: a markup or a fixed price",
    status: 201,
    example: {
      scope: "platform",
      serviceType: "token",
      provider: "example",
      model: "example-1",
      markupPercent: "66",
    },
  })
    .input(pricingRuleInput)
    .mutation(({ ctx, input }) => createPricingRule(input, actorLabel(ctx.principal))),
  update: platformMutation({
    route: "PATCH /pricing-rules/{id}",
    summary: "Change a pricing rule that has priced nothing, or its end",
    example: { validTo: "2099-01-01T00:00:00.000Z" },
  })
    .input(pricingRulePatchInput.extend({ id }))
    .mutation(({ ctx, input: { id: ruleId, ...patch } }) =>
      updatePricingRule(ruleId, patch, actorLabel(ctx.principal)),
    ),
  end: platformMutation({ route: "DELETE /pricing-rules/{id}", summary: "End a pricing rule", status: 204 })
    .input(byId)
    .mutation(({ ctx, input }) => endPricingRule(input.id, actorLabel(ctx.principal))),
});

/** What providers charge the platform. */
export const providerPricesRouter = router({
  list: platformQuery({ route: "GET /provider-prices", summary: "List dated provider prices" })
    .input(
      z.strictObject({
        ...paging,
        provider: text(100).optional(),
        model: text(200).optional(),
        search: text(200).optional().describe("Part of the provider's or the model's name."),
      }),
    )
    .query(({ input }) => listProviderPrices(input)),
  get: platformQuery({ route: "GET /provider-prices/{id}", summary: "Read a provider price" })
    .input(byId)
    .query(({ input }) => getProviderPrice(input.id)),
  create: platformMutation({
    route: "POST /provider-prices",
    summary: "Add a provider price from an instant on",
    status: 201,
    example: {
      provider: "example",
      model: "example-1",
      serviceType: "token",
      validFrom: "2026-12-01T00:00:00.000Z",
      currency: "USD",
      unit: "per_1m_tokens",
      parts: { input: "2.50", cachedInput: "0.25", output: "10" },
    },
  })
    .input(providerPriceInput)
    .mutation(({ ctx, input }) => createProviderPrice(input, actorLabel(ctx.principal))),
  update: platformMutation({
    route: "PATCH /provider-prices/{id}",
    summary: "Set the end of a provider price",
    example: { validTo: "2099-01-01T00:00:00.000Z" },
  })
    .input(z.strictObject({ id, validTo: instantInput.nullable() }))
    .mutation(({ ctx, input }) => endProviderPrice(input.id, input.validTo, actorLabel(ctx.principal))),
  delete: platformMutation({
    route: "DELETE /provider-prices/{id}",
    summary: "Take a provider price back",
    status: 204,
  })
    .input(byId)
    .mutation(({ ctx, input }) => deleteProviderPrice(input.id, actorLabel(ctx.principal))),
});

/** Trying out a price. */
export const pricingPreviewRouter = router({
  preview: platformMutation({
    route: "POST /pricing/preview",
    summary: "Price one usage fact without storing it: cost, price, profit, what won and why",
    example: {
      tenantId: "01900000-0000-7000-8000-000000000000",
      serviceType: "token",
      provider: "openai",
      model: "gpt-4",
      occurredAt: "2026-11-21T10:00:00.000Z",
      quantities: { input: 120, output: 50 },
    },
  })
    .input(pricePreviewInput)
    .mutation(({ input }) => previewPrice(input)),
  whatIf: platformMutation({
    route: "POST /pricing/what-if",
    summary: "Work a month out again at another rule or price, by tenant; nothing is stored",
    example: { month: "2026-10", rule: { scope: "platform", serviceType: "token", markupPercent: "60" } },
  })
    .input(whatIfInput)
    .mutation(({ input }) => priceMonthWith(input)),
});

/** What prices were, are and will be. */
export const pricingHistoryRouter = router({
  list: platformQuery({ route: "GET /pricing-history", summary: "List changes of provider prices and rules" })
    .input(
      z.strictObject({
        ...paging,
        tenantId: id.optional().describe("As this tenant's rules make it."),
        provider: text(100).optional(),
        model: text(200).optional(),
      }),
    )
    .query(({ input }) => listAllPricingHistory(input)),
  notify: platformMutation({
    route: "POST /pricing-history/{id}/notify",
    summary: "Write to every tenant that a change of price concerns, once each",
    status: 202,
    example: {},
  })
    .input(byId)
    .mutation(({ input }) => notifyPriceChange(input.id)),
});

/** Plans that tenants subscribe to. */
export const plansRouter = router({
  list: platformQuery({ route: "GET /plans", summary: "List plans" })
    .input(z.strictObject(paging))
    .query(({ input }) => listPlans(input)),
  get: platformQuery({ route: "GET /plans/{id}", summary: "Read a plan" })
    .input(byId)
    .query(({ input }) => getPlan(input.id)),
  create: platformMutation({
    route: "POST /plans",
    summary: "Add a plan",
    status: 201,
    example: {
      name: "Growth",
      code: "growth",
      currency: "USD",
      monthlyPrice: "149.00",
      included: { tokens: 2000000, voiceMinutes: 300 },
      limits: { customers: 10000 },
    },
  })
    .input(planInput)
    .mutation(({ input }) => createPlan(input)),
  update: platformMutation({
    route: "PATCH /plans/{id}",
    summary: "Change a plan",
    example: { description: "For shops that grow." },
  })
    .input(planPatchInput.extend({ id }))
    .mutation(({ input: { id: planId, ...patch } }) => updatePlan(planId, patch)),
  archive: platformMutation({
    route: "DELETE /plans/{id}",
    summary: "Hide a plan from new tenants",
    status: 204,
  })
    .input(byId)
    .mutation(({ input }) => archivePlan(input.id)),
});

/** The proof that records, roll-ups and invoices agree. */
export const reconcileRouter = router({
  run: platformMutation({
    route: "POST /reconcile",
    summary: "Compare records, roll-ups, conversations and invoices of every tenant, or one",
    example: {},
  })
    .input(z.strictObject({ tenantId: id.optional() }))
    .mutation(({ ctx, input }) =>
      input.tenantId ? reconcile(input.tenantId) : reconcileAll(actorLabel(ctx.principal)),
    ),
  list: platformQuery({
    route: "GET /reconciliations",
    summary: "List kept comparisons of all tenants, the nightly ones and those asked for",
  })
    .input(z.strictObject(paging))
    .query(({ input }) => listReconciliations(input)),
});

/** What the platform earns. */
export const profitRouter = router({
  get: platformQuery({
    route: "GET /profit",
    summary:
      "Revenue, cost, profit and margin of a month by tenant, model, service or conversation, losses first",
  })
    .input(profitInput)
    .query(({ input }) => getProfit(input)),
  exportCsv: platformQuery({
    route: "GET /profit/export.csv",
    summary: "Download the profit of a month as CSV, all rows of a grouping",
    file: true,
  })
    .input(profitInput.omit({ limit: true, cursor: true }))
    .query(async ({ input }) => ({ contentType: "text/csv; charset=utf-8", ...(await exportProfit(input)) })),
});
