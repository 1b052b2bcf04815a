import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { tellMissingRate } from "#server/billing/exchange-rates.ts";
import { mailCostAlert, mailInvoice, mailQuota, mailTrialEnd, tellUnpriced } from "#server/billing/notify.ts";
import { mailPlanLimit } from "#server/billing/notify-plan-limit.ts";
import { mailPriceChange } from "#server/billing/notify-price-change.ts";
import { inngest } from "../../client.ts";
import { eventSchemas } from "../../events.ts";

const RETRIES = 8;

/** Mails the receivers of a cost alert whose mark fired. */
export const tellCostAlert = inngest.createFunction(
  { id: "billing/tell-cost-alert", retries: RETRIES, triggers: [{ event: "cost_alert.triggered" }] },
  async ({ event }) => {
    const { tenantId, eventId } = eventSchemas["cost_alert.triggered"].parse(event.data);
    await mailCostAlert(tenantIdFrom(tenantId), eventId);
  },
);

/** Mails that a quota warns or is used up. */
export const tellQuota = inngest.createFunction(
  {
    id: "billing/tell-quota",
    retries: RETRIES,
    triggers: [{ event: "quota.warning" }, { event: "quota.exceeded" }],
  },
  async ({ event }) => {
    const { tenantId, ...quota } = eventSchemas["quota.exceeded"].parse(event.data);
    const exceeded = (event.name as string) === "quota.exceeded";
    await mailQuota(tenantIdFrom(tenantId), { ...quota, exceeded });
  },
);

/** Mails that the plan refuses the bot's messages until its month ends. */
export const tellPlanLimit = inngest.createFunction(
  { id: "billing/tell-plan-limit", retries: RETRIES, triggers: [{ event: "plan.limit_reached" }] },
  async ({ event }) => {
    const { tenantId, ...reached } = eventSchemas["plan.limit_reached"].parse(event.data);
    await mailPlanLimit(tenantIdFrom(tenantId), reached);
  },
);

/** Mails a finalised invoice to the tenant's billing address. */
export const tellInvoice = inngest.createFunction(
  { id: "billing/tell-invoice", retries: RETRIES, triggers: [{ event: "invoice.finalized" }] },
  async ({ event }) => {
    const { tenantId, invoiceId } = eventSchemas["invoice.finalized"].parse(event.data);
    await mailInvoice(tenantIdFrom(tenantId), invoiceId);
  },
);

/** Writes to a tenant about a change of its prices. */
export const tellPriceChange = inngest.createFunction(
  { id: "billing/tell-price-change", retries: RETRIES, triggers: [{ event: "pricing.changed" }] },
  async ({ event }) => {
    const { tenantId, historyId } = eventSchemas["pricing.changed"].parse(event.data);
    await mailPriceChange(tenantIdFrom(tenantId), historyId);
  },
);

/** Mails that a trial is over and which plan is in force now. */
export const tellTrialEnd = inngest.createFunction(
  { id: "billing/tell-trial-end", retries: RETRIES, triggers: [{ event: "subscription.trial_ended" }] },
  async ({ event }) => {
    const { tenantId, subscriptionId } = eventSchemas["subscription.trial_ended"].parse(event.data);
    await mailTrialEnd(tenantIdFrom(tenantId), subscriptionId);
  },
);

/** Tells staff about usage of a model without a price. */
export const tellUnpricedUsage = inngest.createFunction(
  { id: "billing/tell-unpriced-usage", retries: RETRIES, triggers: [{ event: "usage.unpriced" }] },
  async ({ event }) => {
    const { tenantId, ...usage } = eventSchemas["usage.unpriced"].parse(event.data);
    await tellUnpriced(tenantIdFrom(tenantId), usage);
  },
);

/** Tells staff about a cost that was counted one to one, because no exchange rate was entered. */
export const tellMissingExchangeRate = inngest.createFunction(
  {
    id: "billing/tell-missing-exchange-rate",
    retries: RETRIES,
    triggers: [{ event: "exchange_rate.missing" }],
  },
  async ({ event }) => {
    const { tenantId, ...pair } = eventSchemas["exchange_rate.missing"].parse(event.data);
    await tellMissingRate(tenantIdFrom(tenantId), pair);
  },
);
