import { tellMissingRates } from "#server/billing/exchange-rates.ts";
import { reconcileAll } from "#server/billing/reconcile.ts";
import { inngest } from "../../client.ts";

/** Every night at two (UTC): records, roll-ups, conversations and invoices of all tenants; a difference alerts staff. */
export const reconcileNightly = inngest.createFunction(
  { id: "billing/reconcile-nightly", retries: 2, triggers: [{ cron: "0 2 * * *" }] },
  async () => {
    const { data, differences } = await reconcileAll("nightly");
    await tellMissingRates();
    return { tenants: data.length, differences };
  },
);
