import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import { monthDays, monthOf } from "#domain/billing/period.ts";
import { type PlanStretch, planAt } from "#domain/billing/plan-at.ts";
import type { PricedFact } from "#domain/billing/price-usage.ts";
import { type ProfitFigures, profitFigures } from "#domain/billing/profit.ts";
import { storedQuantities } from "#domain/billing/quantities.ts";
import type { ServiceType, UsageStatus } from "#domain/billing/service-type.ts";
import { type PriceChange, priceWithChange, type whatIfInput } from "#domain/billing/what-if.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { type Amount, amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import { storedParts } from "./meter/usage-record.ts";
import { currentPricing, type PricingSnapshot } from "./pricing-snapshot.ts";
import { stretchesOf } from "./subscriptions/plan-stretches.ts";

type Input = z.output<typeof whatIfInput>;
type Row = Record<string, unknown>;
type Sums = { revenue: Amount; cost: Amount };
type TenantSums = {
  name: string;
  currency: string;
  /** The plans it had, the latest first. */
  plans: PlanStretch[];
  calls: number;
  was: Sums;
  wouldBe: Sums;
};

/** More than this many records are worked out tenant by tenant: about half a minute of one processor. */
const MOST_RECORDS = 2_000_000;
const CHUNK = 2_000;

function changeOf(input: Input): PriceChange {
  const dates = { id: newId(), validFrom: "", validTo: null };
  if (input.price) return { price: { ...input.price, ...dates } };
  const rule = input.rule as NonNullable<Input["rule"]>;
  const { scope, tenantId = null, planId = null, serviceType = null, provider = null, model = null } = rule;
  const terms = {
    markupPercent: rule.markupPercent ?? null,
    fixedPrice: rule.fixedPrice ?? null,
    trial: rule.trial ?? null,
  };
  return { rule: { ...dates, scope, tenantId, planId, serviceType, provider, model, ...terms } };
}

/** What the change may touch; everything else stays as it was, and is not looked at. */
function touched(tx: Transaction, input: Input, alias: string) {
  const { sql } = tx;
  const { from, to } = monthDays(input.month);
  const { price, rule } = input;
  const tenantId = input.tenantId ?? rule?.tenantId ?? null;
  const [serviceType, provider] = [
    price?.serviceType ?? rule?.serviceType ?? null,
    price?.provider ?? rule?.provider ?? null,
  ];
  const named = price?.model ?? rule?.model ?? null;
  const model = named === "*" ? null : named;
  const day = sql.unsafe(alias === "u" ? "u.usage_day" : "u.day");
  return sql`${day} >= ${from} and ${day} < ${to} and u.service_type <> 'adjustment'
    and (${tenantId}::uuid is null or u.tenant_id = ${tenantId})
    and (${serviceType}::text is null or u.service_type = ${serviceType})
    and (${provider}::text is null or u.provider = ${provider})
    and (${model}::text is null or u.model = ${model})`;
}

function factOf(row: Row, planId: string | null): PricedFact {
  return {
    tenantId: String(row.tenant_id),
    planId,
    serviceType: row.service_type as ServiceType,
    provider: String(row.provider),
    model: String(row.model),
    status: row.status as UsageStatus,
    quantities: storedQuantities(
      row.service_type as ServiceType,
      Number(row.input_quantity),
      storedParts(row),
    ),
    occurredAtMs: Date.parse(String(row.occurred_at)),
    ownKey: Boolean(row.own_key),
    estimatedCost: amountFromDatabase(String(row.provider_cost)),
  };
}

async function listTenants(tx: Transaction): Promise<Map<string, TenantSums>> {
  const rows = await tx.sql`select t.id, t.name, t.currency,
      (select json_agg(json_build_array(s.plan_id, s.started_at, s.ended_at) order by s.started_at desc)
        from tenant_subscriptions s where s.tenant_id = t.id) as plans
    from tenants t`;
  const none = () => ({ revenue: 0n, cost: 0n });
  return new Map(
    rows.map((row) => [
      String(row.id),
      {
        name: String(row.name),
        currency: String(row.currency),
        plans: stretchesOf(row.plans),
        calls: 0,
        was: none(),
        wouldBe: none(),
      },
    ]),
  );
}

async function refuseTooMany(tx: Transaction, input: Input): Promise<void> {
  const [row] =
    await tx.sql`select coalesce(sum(requests), 0)::int8 as n from usage_daily u where ${touched(tx, input, "d")}`;
  if (Number(row?.n) <= MOST_RECORDS) return;
  const message = `The month has ${Number(row?.n)} records that the change would touch, too many at once. Name one tenant, provider or model.`;
  throw new AppError("limit_reached", "pricing.what_if_too_large", message);
}

async function addUp(
  tx: Transaction,
  input: Input,
  pricing: PricingSnapshot,
  tenants: Map<string, TenantSums>,
) {
  const change = changeOf(input);
  const { from, to } = monthDays(input.month);
  const rows = tx.sql<Row[]>`
    select tenant_id, occurred_at, usage_day, service_type, provider, model, status, own_key, input_quantity, parts,
      provider_cost::text, client_price::text from usage_breakdown u
    where ${touched(tx, input, "u")} and u.occurred_at >= ${from}::date - interval '1 day'
      and u.occurred_at < ${to}::date + interval '1 day'`.cursor(CHUNK);
  for await (const chunk of rows) {
    for (const row of chunk) {
      const tenant = tenants.get(String(row.tenant_id));
      if (!tenant) continue;
      const exchange = pricing.exchangeOf(tenant.currency, monthOf(String(row.usage_day)));
      const planId = planAt(tenant.plans, Date.parse(String(row.occurred_at)));
      const fact = { ...factOf(row, planId), exchange };
      const priced = priceWithChange(fact, pricing.pricesOf(fact), pricing.rulesOf(fact), change);
      tenant.calls += 1;
      tenant.was.revenue += amountFromDatabase(String(row.client_price));
      tenant.was.cost += amountFromDatabase(String(row.provider_cost));
      tenant.wouldBe.revenue += priced.clientPrice;
      tenant.wouldBe.cost += priced.providerCost;
    }
  }
}

type Compared = {
  currency: string;
  calls: number;
  was: ProfitFigures;
  wouldBe: ProfitFigures;
  difference: { revenue: string; profit: string };
};

function compare(rows: readonly TenantSums[], currency: string): Compared {
  const sum = (pick: (row: TenantSums) => Amount) => rows.reduce((total, row) => total + pick(row), 0n);
  const was = { revenue: sum((row) => row.was.revenue), cost: sum((row) => row.was.cost) };
  const wouldBe = { revenue: sum((row) => row.wouldBe.revenue), cost: sum((row) => row.wouldBe.cost) };
  return {
    currency,
    calls: rows.reduce((total, row) => total + row.calls, 0),
    was: profitFigures(was.revenue, was.cost),
    wouldBe: profitFigures(wouldBe.revenue, wouldBe.cost),
    difference: {
      revenue: formatAmount(wouldBe.revenue - was.revenue),
      profit: formatAmount(wouldBe.revenue - wouldBe.cost - (was.revenue - was.cost)),
    },
  };
}

/**
 * What a month's usage would have cost and brought at another price: every record that the change touches is priced
 * again as if the change had held, and nothing is stored. Tenants whose bill moves most come first. Throws
 * `limit_reached` for a month of more than two million such records.
 */
export async function priceMonthWith(input: Input) {
  const pricing = await currentPricing();
  const tenants = await withSystem("what if a price were another", async (tx) => {
    await refuseTooMany(tx, input);
    const known = await listTenants(tx);
    await addUp(tx, input, pricing, known);
    return known;
  });
  const used = [...tenants].filter(([, tenant]) => tenant.calls > 0);
  const moved = (tenant: TenantSums) => {
    const by = tenant.wouldBe.revenue - tenant.was.revenue;
    return by < 0n ? -by : by;
  };
  used.sort(([, a], [, b]) =>
    moved(a) < moved(b) ? 1 : moved(a) > moved(b) ? -1 : a.name.localeCompare(b.name),
  );
  const currencies = [...new Set(used.map(([, tenant]) => tenant.currency))].sort();
  return {
    month: input.month,
    totals: currencies.map((currency) =>
      compare(
        used.flatMap(([, tenant]) => (tenant.currency === currency ? [tenant] : [])),
        currency,
      ),
    ),
    data: used.map(([tenantId, tenant]) => ({
      tenantId,
      tenantName: tenant.name,
      ...compare([tenant], tenant.currency),
    })),
  };
}
