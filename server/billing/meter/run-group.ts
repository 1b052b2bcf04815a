import { withTenant } from "#db/tenant.ts";
import { monthOf, shiftDay } from "#domain/billing/period.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { currentPricing, refreshPricing } from "../pricing-snapshot.ts";
import { type Decision, decideGroup, type MeterOp } from "./decide-group.ts";
import { type GroupState, LedgerMissing, readGroupState } from "./group-state.ts";
import { alignPlanQuota, PlanQuotaMoved } from "./plan-quota.ts";
import { renewWindows } from "./renew-windows.ts";
import { ensurePartitions } from "./usage-partitions.ts";
import { writeEvents } from "./write-events.ts";
import { writeGroup } from "./write-group.ts";

/** What a group decided and the state it left the tenant in. */
export type GroupResult = { decision: Decision; state: GroupState };

class PricingChanged extends Error {}

const RETRY_CODES = new Set(["40001", "40P01", "55P03", "57P01", "CONNECTION_CLOSED", "CONNECTION_ENDED"]);
const MAX_TRIES = 6;

async function openLedger(tenantId: TenantId): Promise<void> {
  await withTenant(
    tenantId,
    (tx) => tx.sql`insert into billing_ledgers (tenant_id, timezone) select id, timezone from tenants
      where id = ${tenantId} on conflict do nothing`,
  );
}

function wantedOf(ops: readonly MeterOp[]) {
  const commits = ops.filter((op) => op.kind === "commit");
  const ended = ops.flatMap((op) => {
    if (op.kind === "commit") return op.fact.reservation?.id ?? [];
    return op.kind === "release" ? op.reservationId : [];
  });
  // A record's local day may be the one before or after its UTC day, so both months around it are read.
  const days = new Set(commits.map((op) => op.fact.occurredAt.slice(0, 10)));
  const months = new Set([...days].flatMap((day) => [monthOf(shiftDay(day, -1)), monthOf(shiftDay(day, 1))]));
  return {
    commits: commits.length,
    keyHashes: commits.map((op) => op.keyHash),
    reservationIds: ended,
    months: [...months],
  };
}

async function attempt(tenantId: TenantId, ops: readonly MeterOp[]): Promise<GroupResult> {
  const pricing = await currentPricing();
  let writes: Promise<unknown>[] = [];
  try {
    return await withTenant(tenantId, async (tx) => {
      const state = await readGroupState(tx, wantedOf(ops));
      if (state.pricingVersion !== pricing.version) throw new PricingChanged();
      await renewWindows(tx, state);
      const decision = decideGroup(state, pricing, ops);
      // Not awaited here: the commit travels with the writes and answers for them.
      writes = [...writeGroup(tx, state, decision), ...writeEvents(tx, state, decision)];
      for (const write of writes) write.catch(() => undefined);
      // The state that the next lone commit starts from.
      const lastSeq = state.lastSeq + ops.filter((op) => op.kind === "commit").length;
      return { decision, state: { ...state, lastSeq } };
    });
  } catch (error) {
    // A failed write is the reason; the refused commit only its echo.
    await Promise.all(writes);
    throw error;
  }
}

function isRetryable(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" && RETRY_CODES.has(code);
}

/**
 * Runs one group of a tenant's operations in one transaction: read under the lock, decide, write, commit. Retries
 * where another process got in the way or prices changed meanwhile; every retry decides anew.
 */
export async function runGroup(tenantId: TenantId, ops: readonly MeterOp[]): Promise<GroupResult> {
  await ensurePartitions(ops);
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(tenantId, ops);
    } catch (error) {
      if (tries >= MAX_TRIES) throw error;
      if (error instanceof LedgerMissing) await openLedger(tenantId);
      else if (error instanceof PlanQuotaMoved) await alignPlanQuota(tenantId, newId());
      else if (error instanceof PricingChanged) refreshPricing();
      else if (!isRetryable(error)) throw error;
    }
  }
}
