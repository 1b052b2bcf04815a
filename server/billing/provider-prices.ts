import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import type { ProviderPrice, providerPriceInput } from "#domain/billing/provider-price.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import { appendOutbox, wakeRelaySoon } from "#server/runtime/outbox.ts";
import {
  isDuplicate,
  justAfter,
  lastPricedUsage,
  raisePricingVersion,
  refuseRepricing,
} from "./pricing-guard.ts";
import { notePriceChange } from "./pricing-history.ts";
import { refreshPricing, toProviderPrice } from "./pricing-snapshot.ts";

/** A price version as the platform API shows it. */
export type ListedPrice = ProviderPrice & { source: string; createdBy: string | null; createdAt: string };

type Row = Record<string, unknown>;

function listed(row: Row): ListedPrice {
  return {
    ...toProviderPrice(row),
    source: row.source as string,
    createdBy: row.created_by as string | null,
    createdAt: row.created_at as string,
  };
}

type ListInput = {
  limit: number;
  cursor?: string | undefined;
  provider?: string | undefined;
  model?: string | undefined;
  search?: string | undefined;
};

/** Price versions by provider, model and start. */
export async function listProviderPrices(input: ListInput): Promise<Page<ListedPrice>> {
  const after = decodeCursor(input.cursor, 4);
  const rows = await withSystem("list provider prices", ({ sql }) => {
    let where = sql`true`;
    if (input.provider) where = sql`${where} and provider = ${input.provider}`;
    if (input.model) where = sql`${where} and model = ${input.model}`;
    if (input.search)
      where = sql`${where} and strpos(lower(provider || ' ' || model), lower(${input.search})) > 0`;
    if (after) {
      const [provider = "", model = "", from = "", id = ""] = after;
      where = sql`${where} and (provider, model, valid_from, id) > (${provider}, ${model}, ${from}::timestamptz, ${id}::uuid)`;
    }
    return sql`select * from provider_prices where ${where} order by provider, model, valid_from, id limit ${input.limit + 1}`;
  });
  const keyOf = (row: Row) => [row.provider, row.model, row.valid_from, row.id].map(String);
  return toPage(rows, input.limit, keyOf, listed);
}

async function read(tx: Transaction, id: string): Promise<ListedPrice> {
  const [row] = await tx.sql`select * from provider_prices where id = ${id}`;
  if (!row) throw notFound("provider_price");
  return listed(row);
}

/** One price version. Throws `not_found`. */
export function getProviderPrice(id: string): Promise<ListedPrice> {
  return withSystem("read a provider price", (tx) => read(tx, id));
}

/** A value for a jsonb column that may be empty. */
export const asJson = (value: unknown) =>
  value === null || value === undefined ? null : JSON.stringify(value);

/** Adds a price version inside a transaction, without checks: the seed and imports that were accepted. */
export async function insertProviderPrice(
  tx: Transaction,
  input: z.infer<typeof providerPriceInput>,
  origin: { source: string; createdBy: string | null },
): Promise<string> {
  const id = newId();
  await tx.sql`
    insert into provider_prices (id, provider, model, service_type, currency, unit, parts, tiers, windows, minimum,
      valid_from, valid_to, source, created_by)
    values (${id}, ${input.provider}, ${input.model}, ${input.serviceType}, ${input.currency}, ${input.unit},
      ${JSON.stringify(input.parts)}, ${JSON.stringify(input.tiers ?? [])}, ${JSON.stringify(input.windows ?? [])},
      ${asJson(input.minimum)}, ${input.validFrom}, ${input.validTo ?? null}, ${origin.source}, ${origin.createdBy})`;
  return id;
}

/** Usage that waited for a price of this model is then adjusted. */
async function tellPriceEntered(tx: Transaction, price: ProviderPrice): Promise<void> {
  const { serviceType, provider, model } = price;
  await appendOutbox(tx, [
    { tenantId: null, name: "provider_price.entered", payload: { serviceType, provider, model } },
  ]);
  wakeRelaySoon();
}

/**
 * Adds a price version from an instant on. Refused with `conflict` where one begins at that very instant, or where
 * usage of the model at or after it is already priced. What `within` does happens with it or not at all.
 */
export async function createProviderPrice(
  input: z.infer<typeof providerPriceInput>,
  createdBy: string,
  origin: { source: string; within?: (tx: Transaction, id: string) => Promise<unknown> } = {
    source: "manual",
  },
): Promise<ListedPrice> {
  try {
    return await withSystem("create a provider price", async (tx) => {
      await raisePricingVersion(tx);
      refuseRepricing(await lastPricedUsage(tx, input, input.validFrom));
      const made = await read(tx, await insertProviderPrice(tx, input, { source: origin.source, createdBy }));
      const { validFrom: effectiveFrom } = made;
      await notePriceChange(tx, made, {
        action: "created",
        effectiveFrom,
        reason: input.reason,
        by: createdBy,
      });
      await tellPriceEntered(tx, made);
      await origin.within?.(tx, made.id);
      return made;
    });
  } catch (error) {
    if (isDuplicate(error)) {
      const message = "There is already a price of this provider and model that begins at that instant.";
      throw new AppError("conflict", "pricing.price_exists", message);
    }
    throw error;
  } finally {
    refreshPricing();
  }
}

/** Sets the end of a price version, after the last usage it priced; null opens it again. Throws `not_found`, `conflict`. */
export async function endProviderPrice(id: string, validTo: string | null, by: string): Promise<ListedPrice> {
  return withSystem("end a provider price", async (tx) => {
    await raisePricingVersion(tx);
    const price = await read(tx, id);
    if (validTo !== null && validTo <= price.validFrom) {
      throw new AppError("invalid", "pricing.price_dates", "validTo must be after validFrom.");
    }
    const from = [validTo, price.validTo].filter((end) => end !== null).sort()[0];
    if (from !== undefined) refuseRepricing(await lastPricedUsage(tx, price, from));
    await tx.sql`update provider_prices set valid_to = ${validTo}, updated_at = now() where id = ${id}`;
    if (validTo !== null) await notePriceChange(tx, price, { action: "ended", effectiveFrom: validTo, by });
    else await tellPriceEntered(tx, price);
    if (validTo === null && price.validTo !== null)
      await notePriceChange(tx, price, { action: "created", effectiveFrom: price.validTo, by });
    return read(tx, id);
  }).finally(refreshPricing);
}

/** Takes a price version back: one that priced nothing goes, one that did ends now. Throws `not_found`. */
export async function deleteProviderPrice(id: string, by: string): Promise<void> {
  await withSystem("delete a provider price", async (tx) => {
    await raisePricingVersion(tx);
    const price = await read(tx, id);
    const last = await lastPricedUsage(tx, price, price.validFrom);
    if (last === null) {
      await notePriceChange(tx, price, { action: "removed", effectiveFrom: price.validFrom, by });
      await tx.sql`delete from provider_prices where id = ${id}`;
      return;
    }
    const now = new Date().toISOString();
    const end = Date.parse(last) >= Date.parse(now) ? justAfter(last) : now;
    await tx.sql`update provider_prices set valid_to = least(coalesce(valid_to, ${end}), ${end}), updated_at = now() where id = ${id}`;
    await notePriceChange(tx, price, { action: "ended", effectiveFrom: end, by });
  }).finally(refreshPricing);
}
