import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { storedQuantities } from "#domain/billing/quantities.ts";
import type { ServiceType, UsageStatus } from "#domain/billing/service-type.ts";
import { AppError } from "#domain/core/app-error.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { clock } from "#server/runtime/clock.ts";
import { resolveSystemEvents } from "#server/runtime/system-event.ts";
import { meter } from "./meter/meter.ts";
import { storedParts } from "./meter/usage-record.ts";

export type PricedModel = { serviceType: ServiceType; provider: string; model: string };

type Row = Record<string, unknown>;
type Waiting = { tenantId: TenantId; from: string; to: string };

const BATCH = 200;

/** Tenants with usage of a model that was written down without a price, and the days it lies in. */
async function listWaiting({ serviceType, provider, model }: PricedModel): Promise<Waiting[]> {
  const rows = await withSystem(
    "find unpriced usage",
    (tx) => tx.sql`select tenant_id, min(day) as first, max(day) as last from usage_daily
      where service_type = ${serviceType} and provider = ${provider} and model = ${model} and unpriced_requests > 0
      group by 1 order by 1`,
  );
  return rows.map((row) => ({
    tenantId: tenantIdFrom(String(row.tenant_id)),
    from: String(row.first),
    to: String(row.last),
  }));
}

/** The next records without a price or an adjustment, after one that was looked at. */
function listUnpriced({ tenantId, from, to }: Waiting, of: PricedModel, after: Row | null): Promise<Row[]> {
  const [at, id] = after ? [String(after.occurred_at), String(after.id)] : [null, null];
  return withTenant(
    tenantId,
    (tx) => tx.sql<Row[]>`
      select u.* from usage_breakdown u
      where u.tenant_id = ${tenantId} and u.unpriced and u.service_type = ${of.serviceType}
        and u.provider = ${of.provider} and u.model = ${of.model}
        and u.occurred_at >= ${from}::date - interval '1 day' and u.occurred_at < ${to}::date + interval '2 days'
        and (${at}::timestamptz is null or (u.occurred_at, u.id) > (${at}::timestamptz, ${id}::uuid))
        and not exists (select from usage_breakdown a where a.tenant_id = u.tenant_id and a.adjusts_id = u.id)
      order by u.occurred_at, u.id limit ${BATCH}`,
  );
}

/** Writes the adjustment of one record; false where no price covers its moment. */
async function adjust(tenantId: TenantId, row: Row): Promise<boolean> {
  const total = Number(row.input_quantity) + Number(row.output_quantity ?? 0);
  // A plan with its own rate has billed what it did not cover, whatever the model's price.
  const billed = row.billable_price !== null && Number(row.billable_price) > 0;
  try {
    await meter.commit({
      tenantId,
      idempotencyKey: `adjustment:${String(row.id)}`,
      serviceType: "adjustment",
      provider: String(row.provider),
      model: String(row.model),
      status: row.status as UsageStatus,
      quantities: {},
      occurredAt: (await clock.now(tenantId)).toISOString(),
      ownKey: Boolean(row.own_key),
      conversationId: row.conversation_id as string | null,
      messageId: row.message_id as string | null,
      executionId: row.execution_id as string | null,
      aiProviderId: row.ai_provider_id as string | null,
      adjusts: {
        recordId: String(row.id),
        serviceType: row.service_type as ServiceType,
        quantities: storedQuantities(
          row.service_type as ServiceType,
          Number(row.input_quantity),
          storedParts(row),
        ),
        occurredAt: String(row.occurred_at),
        total,
        charged: Number(row.client_price) > 0,
        settled: billed ? total : Number(row.covered_quantity ?? 0),
      },
    });
    return true;
  } catch (error) {
    // Its key again with another moment: somebody adjusts at the same time, and the first adjustment stays.
    if (error instanceof AppError && ["usage.still_unpriced", "usage.key_reused"].includes(error.code))
      return false;
    throw error;
  }
}

async function adjustTenant(waiting: Waiting, of: PricedModel): Promise<{ adjusted: number; left: number }> {
  let [adjusted, left] = [0, 0];
  for (let after: Row | null = null; ; ) {
    const rows: Row[] = await listUnpriced(waiting, of, after);
    const done = await Promise.all(rows.map((row) => adjust(waiting.tenantId, row)));
    adjusted += done.filter(Boolean).length;
    left += done.filter((one) => !one).length;
    after = rows.at(-1) ?? null;
    if (rows.length < BATCH) return { adjusted, left };
  }
}

/**
 * Prices usage that was written down without a price, now that its model has one: each record gets an adjustment that
 * names it, in the period that runs; the record stays as it is. Running it again changes nothing. Returns how many were
 * adjusted and how many still lie outside every price.
 */
export async function adjustUnpriced(of: PricedModel): Promise<{ adjusted: number; left: number }> {
  const sum = { adjusted: 0, left: 0 };
  for (const waiting of await listWaiting(of)) {
    const { adjusted, left } = await adjustTenant(waiting, of);
    sum.adjusted += adjusted;
    sum.left += left;
    if (left === 0) {
      const source = `${of.serviceType} ${of.provider} ${of.model}`;
      await resolveSystemEvents({ kind: "usage.unpriced", source, tenantId: waiting.tenantId });
    }
  }
  return sum;
}
