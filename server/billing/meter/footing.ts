import { LRUCache } from "lru-cache";
import type { TenantTransaction } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { once } from "#server/runtime/process.ts";
import type { GroupState } from "./group-state.ts";
import { forgetFees } from "./known-fees.ts";
import type { Statement } from "./statement.ts";

const remembered = () =>
  once("billing.footings", () => new LRUCache<string, GroupState>({ max: 20_000, ttl: 2000 }));

/**
 * Keeps the state that a group ended on, so that a lone operation can be decided without reading. What it is
 * decided on is proven in the same statement that writes; where the proof fails, the general path decides.
 */
export function rememberFooting(tenantId: TenantId, state: GroupState): void {
  const known = remembered().get(tenantId);
  // A group of reservations read no months; what the last commit knew of them still holds at the same sequence.
  if (state.months.size === 0 && known && known.lastSeq === state.lastSeq) {
    const { months, allowances, beyond, closings } = known;
    remembered().set(tenantId, { ...state, months, allowances, beyond, closings });
    return;
  }
  remembered().set(tenantId, state);
}

export function footingOf(tenantId: TenantId): GroupState | undefined {
  return remembered().get(tenantId);
}

/**
 * Makes every remembered state of the tenant out of date, in all processes: a deed that changes quotas, alerts or
 * closings calls it in its own transaction. It also takes the tenant's metering lock until that transaction ends.
 */
export async function touchLedger(tx: TenantTransaction): Promise<void> {
  forgetFees(tx.tenantId);
  await tx.sql`insert into billing_ledgers (tenant_id, timezone) select id, timezone from tenants
    where id = ${tx.tenantId} on conflict do nothing`;
  await tx.sql`update billing_ledgers set last_seq = last_seq + 1 where tenant_id = ${tx.tenantId}`;
}

/** A condition that holds while the tenant's clock, zone and plan and all prices are the remembered ones. */
export function unchanged(s: Statement, tenant: string, state: GroupState): string {
  return `exists (
    select from tenants t join billing_ledgers l on l.tenant_id = t.id
    left join tenant_subscriptions u on u.tenant_id = t.id and u.ended_at is null
    where t.id = ${tenant} and t.clock_offset_ms = ${s.value(state.offsetMs, "int8")}
      and l.timezone = ${s.value(state.timezone, "text")}
      and u.plan_id is not distinct from ${s.value(state.planId, "uuid")}
      and (select version from pricing_state where id = 1) = ${s.value(state.pricingVersion, "int8")})`;
}
