import type { TenantTransaction } from "#db/tenant.ts";
import { dunningSteps } from "#domain/billing/dunning.ts";
import { newId } from "#domain/core/id.ts";
import { appendOutbox } from "#server/runtime/outbox.ts";
import { cancelTimer, scheduleTimer } from "#server/runtime/timers.ts";
import { billingNow } from "../quotas.ts";

export const DUNNING_TIMER = "billing.dunning";

/**
 * Begins the way to suspension with an invoice's first failure; every step is counted from it. A further failure of
 * the same invoice changes no step. The subscription is past due from now on. `failedAt` is on the tenant's clock and
 * now unless told: a clock that is set far ahead passes the due day on the due day.
 */
export async function startDunning(
  tx: TenantTransaction,
  invoiceId: string,
  reason: string,
  failedAt?: string,
): Promise<void> {
  const nowMs = failedAt ? Date.parse(failedAt) : (await billingNow(tx)).nowMs;
  const steps = dunningSteps(nowMs);
  const caseId = newId();
  const [made] = await tx.sql`
    insert into dunning_cases (tenant_id, id, invoice_id, reason, first_failed_at, next_attempt_at, suspends_at)
    select ${tx.tenantId}, ${caseId}, i.id, ${reason.slice(0, 500)}, ${new Date(nowMs).toISOString()},
      ${steps[0]?.dueAt ?? null}, ${steps.at(-1)?.dueAt ?? null}
    from invoices i where i.tenant_id = ${tx.tenantId} and i.id = ${invoiceId} and i.status = 'open'
    on conflict do nothing returning id`;
  if (!made) return;
  for (const { kind, attempt, dueAt } of steps) {
    await scheduleTimer(tx, { kind: DUNNING_TIMER, subjectId: caseId, dueAt, payload: { kind, attempt } });
  }
  await tx.sql`update tenant_subscriptions set status = 'past_due', updated_at = now()
    where tenant_id = ${tx.tenantId} and ended_at is null and status in ('active', 'trialing')`;
  await appendOutbox(tx, [
    {
      tenantId: tx.tenantId,
      name: "invoice.payment_failed",
      payload: { invoiceId, caseId, attempt: 0 },
      dedupeKey: `dunning:${caseId}:0`,
    },
  ]);
}

/** Suspends the workspace: everything stays readable, nothing is deleted, what comes in is kept. */
export async function suspendForDunning(tx: TenantTransaction, caseId: string, at: string): Promise<void> {
  const [running] = await tx.sql`
    update dunning_cases set status = 'suspended', next_attempt_at = null
    where tenant_id = ${tx.tenantId} and id = ${caseId} and status = 'running' returning id`;
  if (!running) return;
  // Staff may have suspended it for another reason; then a payment must not lift that.
  const [suspended] = await tx.sql`update tenants set status = 'suspended', updated_at = now()
    where id = ${tx.tenantId} and status in ('active', 'trial') returning id`;
  if (!suspended) return;
  await tx.sql`update dunning_cases set suspended_at = ${at} where tenant_id = ${tx.tenantId} and id = ${caseId}`;
  await appendOutbox(tx, [
    {
      tenantId: tx.tenantId,
      name: "tenant.suspended",
      payload: { caseId },
      dedupeKey: `suspended:${caseId}`,
    },
  ]);
}

/**
 * Ends an invoice's case once it is paid, void or written off. Where no other case is open the subscription is active
 * again, and a workspace that was suspended for it goes on.
 */
export async function endDunning(
  tx: TenantTransaction,
  invoiceId: string,
  status: "recovered" | "stopped" = "recovered",
): Promise<void> {
  const { nowMs } = await billingNow(tx);
  const ended = await tx.sql`
    update dunning_cases set status = ${status}, ended_at = ${new Date(nowMs).toISOString()}, next_attempt_at = null
    where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId} and status in ('running', 'suspended')
    returning id, suspended_at`;
  const [one] = ended;
  if (!one) return;
  await cancelTimer(tx, { kind: DUNNING_TIMER, subjectId: one.id as string });
  const others = await tx.sql`select suspended_at from dunning_cases
    where tenant_id = ${tx.tenantId} and status in ('running', 'suspended')`;
  if (others.length === 0) {
    await tx.sql`update tenant_subscriptions set status = 'active', updated_at = now()
      where tenant_id = ${tx.tenantId} and ended_at is null and status = 'past_due'`;
  }
  const [by] =
    await tx.sql`select id from dunning_cases where tenant_id = ${tx.tenantId} and status = 'suspended' limit 1`;
  if (by) {
    // Another unpaid invoice keeps the workspace suspended and takes over the mark that lifts it.
    if (one.suspended_at)
      await tx.sql`update dunning_cases set suspended_at = coalesce(suspended_at, ${one.suspended_at as string}::timestamptz)
        where tenant_id = ${tx.tenantId} and id = ${by.id as string}`;
    return;
  }
  if (!one.suspended_at) return;
  await tx.sql`update tenants set status = 'active', updated_at = now() where id = ${tx.tenantId} and status = 'suspended'`;
  await appendOutbox(tx, [
    {
      tenantId: tx.tenantId,
      name: "tenant.resumed",
      payload: { caseId: one.id as string },
      dedupeKey: `resumed:${one.id as string}`,
    },
  ]);
}
