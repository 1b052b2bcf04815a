import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import type { Exchange, exchangeRateInput } from "#domain/billing/exchange-rate.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { formatAmount, parseAmount } from "#domain/money/amount.ts";
import { nameOfActor } from "#server/people/name-actors.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { isDuplicate, raisePricingVersion } from "./pricing-guard.ts";
import { refreshPricing } from "./pricing-snapshot.ts";

type Row = Record<string, unknown>;

/** A rate as the platform API shows it; `month` is `YYYY-MM`. */
export type ListedExchange = Exchange & {
  id: string;
  reason: string | null;
  createdBy: string;
  createdAt: string;
};

function listed(row: Row): ListedExchange {
  return {
    id: row.id as string,
    base: row.base as string,
    quote: row.quote as string,
    month: (row.month as string).slice(0, 7),
    rate: formatAmount(parseAmount(row.rate as string)),
    reason: row.reason as string | null,
    createdBy: row.created_by as string,
    createdAt: row.created_at as string,
  };
}

/** All rates, the latest month first. */
export async function listExchangeRates(input: {
  limit: number;
  cursor?: string | undefined;
}): Promise<Page<ListedExchange>> {
  const [month, id = ""] = decodeCursor(input.cursor, 2) ?? [];
  const rows = await withSystem("list exchange rates", (tx) => {
    const page = month ? tx.sql`where (month, id) < (${month}::date, ${id}::uuid)` : tx.sql``;
    return tx.sql<
      Row[]
    >`select * from exchange_rates ${page} order by month desc, id desc limit ${input.limit + 1}`;
  });
  return toPage(rows, input.limit, (row) => [row.month as string, row.id as string], listed);
}

async function read(tx: Transaction, id: string): Promise<ListedExchange> {
  const [row] = await tx.sql`select * from exchange_rates where id = ${id}`;
  if (!row) throw notFound("exchange_rate");
  return listed(row);
}

/** One rate. Throws `not_found`. */
export function getExchangeRate(id: string): Promise<ListedExchange> {
  return withSystem("read an exchange rate", (tx) => read(tx, id));
}

/** Refuses a change of a month in which somebody billed in that currency has priced usage already. */
async function refuseUsedMonth(tx: Transaction, quote: string, firstDay: string): Promise<void> {
  const [used] = await tx.sql`
    select max(d.day) as day from usage_daily d join tenants t on t.id = d.tenant_id and t.currency = ${quote}
    where d.day >= ${firstDay} and d.provider_cost <> 0`;
  if (!used?.day) return;
  const message = `Usage up to ${used.day as string} is already priced in ${quote}, and history is never re-priced. Let the rate hold from the month after it.`;
  throw new AppError("conflict", "pricing.rate_used", message, {
    fields: [{ path: "month", message }],
    lastUsageDay: used.day,
  });
}

/**
 * Enters the rate from a billing month on. Within a month it never changes, so an invoice has one. Refused with
 * `conflict` where the month has one already, or usage that is priced.
 */
export async function createExchangeRate(
  input: z.infer<typeof exchangeRateInput>,
  createdBy: string,
): Promise<ListedExchange> {
  const firstDay = `${input.month}-01`;
  try {
    return await withSystem("enter an exchange rate", async (tx) => {
      await raisePricingVersion(tx);
      await refuseUsedMonth(tx, input.quote, firstDay);
      const id = newId();
      await tx.sql`insert into exchange_rates (id, base, quote, month, rate, reason, created_by)
        values (${id}, ${input.base}, ${input.quote}, ${firstDay}, ${input.rate}, ${input.reason ?? null}, ${nameOfActor(tx, createdBy)})`;
      return read(tx, id);
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const message = `${input.month} has a rate of ${input.base} to ${input.quote} already.`;
    throw new AppError("conflict", "pricing.rate_exists", message);
  } finally {
    refreshPricing();
  }
}

/** Takes back a rate that converted nothing yet. Throws `not_found`, `conflict`. */
export async function deleteExchangeRate(id: string): Promise<void> {
  await withSystem("take an exchange rate back", async (tx) => {
    await raisePricingVersion(tx);
    const rate = await read(tx, id);
    await refuseUsedMonth(tx, rate.quote, `${rate.month}-01`);
    await tx.sql`delete from exchange_rates where id = ${id}`;
  }).finally(refreshPricing);
}

/** Pairs of currencies that prices and tenants need and nobody entered a rate for: their costs count one to one. */
export async function listMissingRates(): Promise<{ base: string; quote: string; tenants: number }[]> {
  const rows = await withSystem(
    "find missing exchange rates",
    (tx) => tx.sql`
      select p.currency as base, t.currency as quote, count(distinct t.id)::int as tenants
      from (select distinct currency from provider_prices where valid_to is null or valid_to > now()) p
      join tenants t on t.currency <> p.currency and t.status <> 'cancelled'
      where not exists (select from exchange_rates r where r.base = p.currency and r.quote = t.currency
        and r.month <= now())
      group by 1, 2 order by 3 desc, 1, 2`,
  );
  return rows.map((row) => ({
    base: row.base as string,
    quote: row.quote as string,
    tenants: Number(row.tenants),
  }));
}

/** Tells staff of each pair without a rate. Every night. */
export async function tellMissingRates(): Promise<void> {
  for (const { base, quote, tenants } of await listMissingRates()) {
    await recordSystemEvent({
      kind: "pricing.rate_missing",
      source: `${base} ${quote}`,
      severity: 2,
      tenantId: null,
      message: `No exchange rate of ${base} to ${quote}: costs of ${tenants} tenants count one to one. Enter a rate.`,
      details: { base, quote, tenants },
    });
  }
}

/** Tells staff that a tenant's cost was counted one to one, once a month and pair. */
export async function tellMissingRate(
  tenantId: TenantId,
  { base, quote, month }: { base: string; quote: string; month: string },
): Promise<void> {
  await recordSystemEvent({
    kind: "pricing.rate_missing",
    source: `${base} ${quote}`,
    severity: 2,
    tenantId,
    message: `No exchange rate of ${base} to ${quote} holds for ${month}: costs count one to one. Enter one for the next month.`,
    details: { base, quote, month },
  });
}
