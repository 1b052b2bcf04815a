import type { ServiceType } from "#domain/billing/service-type.ts";
import { adjustUnpriced } from "#server/billing/adjust-unpriced.ts";
import { inngest } from "../../client.ts";
import { eventSchemas } from "../../events.ts";

/** Gives usage that waited for a model's price its adjustments. */
export const adjustUnpricedUsage = inngest.createFunction(
  { id: "billing/adjust-unpriced-usage", retries: 8, triggers: [{ event: "provider_price.entered" }] },
  async ({ event }) => {
    const { serviceType, provider, model } = eventSchemas["provider_price.entered"].parse(event.data);
    return adjustUnpriced({ serviceType: serviceType as ServiceType, provider, model });
  },
);
