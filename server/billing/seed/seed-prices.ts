import { z } from "zod";
import { withSystem } from "#db/system.ts";
import { providerPriceInput } from "#domain/billing/provider-price.ts";
import { raisePricingVersion } from "../pricing-guard.ts";
import { refreshPricing } from "../pricing-snapshot.ts";
import { insertProviderPrice } from "../provider-prices.ts";
import list from "./price-list.json" with { type: "json" };

/**
 * The dated price list that Aurora ships with, as of 2026-08-21: a beginning to be kept up by staff, not a live
 * truth. Models whose sources disagreed are left out, so they show up as unpriced instead of wrong.
 */
export function shippedPrices(): z.infer<typeof providerPriceInput>[] {
  return z.array(providerPriceInput).parse(list);
}

/** Adds the shipped prices that are not there yet. Returns how many it added. */
export async function seedProviderPrices(): Promise<number> {
  const added = await withSystem("seed provider prices", async (tx) => {
    const rows = await tx.sql`select provider, model, service_type, valid_from from provider_prices`;
    const keyOf = (p: { provider: unknown; model: unknown; type: unknown; from: unknown }) =>
      [p.provider, p.model, p.type, p.from].join("\n");
    const known = new Set(
      rows.map((row) =>
        keyOf({ provider: row.provider, model: row.model, type: row.service_type, from: row.valid_from }),
      ),
    );
    const missing = shippedPrices().filter(
      (p) =>
        !known.has(keyOf({ provider: p.provider, model: p.model, type: p.serviceType, from: p.validFrom })),
    );
    for (const price of missing) await insertProviderPrice(tx, price, { source: "shipped", createdBy: null });
    if (missing.length > 0) await raisePricingVersion(tx);
    return missing.length;
  });
  refreshPricing();
  return added;
}
