import { withSystem } from "#db/system.ts";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import type { Quantities } from "#domain/billing/quantities.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { meter } from "#server/billing/meter/meter.ts";
import type { UsageFact } from "#server/billing/meter/usage-fact.ts";
import { linkUsage } from "./link-usage.ts";

type Row = {
  tenant_id: string;
  id: string;
  attempt_key: string;
  provider_id: string;
  provider: string;
  model: string;
  status: string;
  estimate: {
    id: string | null;
    estimatedCost: string;
    estimatedPrice: string;
    ownKey: boolean;
    asked: Quantities;
    quantities?: Quantities | null;
  };
  conversation_id: string | null;
  message_id: string | null;
  flow_execution_id: string | null;
  started_at: string;
};

/** A usage fact out of an attempt's own row: what a crash kept from being recorded. */
function factOf(row: Row): UsageFact {
  const { id, estimatedCost, estimatedPrice, ownKey, asked, quantities } = row.estimate;
  const status = row.status === "succeeded" || row.status === "failed" ? row.status : "unsettled";
  return {
    tenantId: tenantIdFrom(row.tenant_id),
    idempotencyKey: row.attempt_key,
    serviceType: "token",
    provider: row.provider,
    model: row.model,
    status,
    quantities: quantities ?? (status === "failed" ? { input: 0, output: 0 } : asked),
    occurredAt: row.started_at,
    reservation: { id, estimatedCost, estimatedPrice },
    ownKey,
    conversationId: row.conversation_id,
    messageId: row.message_id,
    executionId: row.flow_execution_id,
    aiProviderId: row.provider_id,
  };
}

async function record(row: Row): Promise<void> {
  const stored = await meter.commit(factOf(row));
  linkUsage(tenantIdFrom(row.tenant_id), row.id, stored.id);
}

const unsettle = (tx: TenantTransaction, prefix: string) => tx.sql<Row[]>`
  update ai_responses set status = 'unsettled', error = 'Aurora stopped before the answer was recorded.', ended_at = started_at
  where tenant_id = ${tx.tenantId} and attempt_key like ${`${prefix}:%`} and status = 'pending' returning *`;

/**
 * Settles calls of a turn that died: nobody knows whether the provider answered, so each stands as a record of its
 * own at the reserved cost and price 0. Returns the number of the next attempt.
 */
export async function settleLostAttempts(tenantId: TenantId, keyPrefix: string): Promise<number> {
  const [lost, numbers] = await withTenant(tenantId, (tx) =>
    Promise.all([
      unsettle(tx, keyPrefix),
      tx.sql`select attempt_key from ai_responses where tenant_id = ${tenantId} and attempt_key like ${`${keyPrefix}:%`}`,
    ]),
  );
  await Promise.all(lost.map(record));
  return Math.max(0, ...numbers.map((row) => Number(String(row.attempt_key).split(":").at(-1)))) + 1;
}

/** Records the usage of calls that a crash left without: idempotent by the attempt's key, so nothing counts twice. */
export async function sweepUnmeteredAttempts(olderThanSeconds = 15): Promise<number> {
  const rows = await withSystem("sweep unmetered calls", async (tx) => {
    await tx.sql`update ai_responses set status = 'unsettled', error = 'Aurora stopped before the answer was recorded.'
      where usage_record_id is null and status = 'pending' and created_at < now() - make_interval(secs => ${olderThanSeconds + 165})`;
    return tx.sql<Row[]>`select * from ai_responses where usage_record_id is null and status <> 'pending'
      and created_at < now() - make_interval(secs => ${olderThanSeconds}) order by created_at limit 500`;
  });
  for (const row of rows) await record(row);
  return rows.length;
}
