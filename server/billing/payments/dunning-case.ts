import type { TenantTransaction } from "#db/tenant.ts";
import { dunningSteps } from "#domain/billing/dunning.ts";
import { newId } from "#domain/core/id.ts";
import { appendOutbox } from "#server/runtime/outbox.ts";
import { cancelTimer, scheduleTimer } from "#server/runtime/timers.ts";
import { billingNow } from "../limit-window.ts";

export const DUNNING_TIMER = "billing.dunning";

/**
 * Begins the way to suspension with an invoice's first failure; every step is counted from it. A further failure of
 * the same invoice changes no step. The subscription is past due from now on.
 */
export async function startDunning(tx: TenantTransaction, invoiceId: string, reason: string): Promise<void> {
  const { nowMs } = await billingNow(tx);
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

/**
 * An invoice that nobody tried to pay by its due day: the subscription is past due, the billing contact is reminded.
 * Only a payment that failed leads to suspension; who pays by bank transfer is spoken to by people.
 */
export async function fallDue(tx: TenantTransaction, invoiceId: string): Promise<void> {
  const [late] =
    await tx.sql`select 1 from invoices i where i.tenant_id = ${tx.tenantId} and i.id = ${invoiceId}
    and i.status = 'open' and not exists (select from dunning_cases c where c.tenant_id = i.tenant_id
      and c.invoice_id = i.id and c.status in ('running', 'suspended'))`;
  if (!late) return;
  await tx.sql`update tenant_subscriptions set status = 'past_due', updated_at = now()
    where tenant_id = ${tx.tenantId} and ended_at is null and status in ('active', 'trialing')`;
  await appendOutbox(tx, [
    {
      tenantId: tx.tenantId,
      name: "invoice.overdue",
      payload: { invoiceId },
      dedupeKey: `overdue:${invoiceId}`,
    },
  ]);
}

/** A subscription is active again once no case is open and no open invoice is past its day. */
async function liftPastDue(tx: TenantTransaction, nowMs: number): Promise<void> {
  await tx.sql`
    update tenant_subscriptions set status = 'active', updated_at = now()
    where tenant_id = ${tx.tenantId} and ended_at is null and status = 'past_due'
      and not exists (select from dunning_cases c where c.tenant_id = ${tx.tenantId} and c.status in ('running', 'suspended'))
      and not exists (select from invoices i where i.tenant_id = ${tx.tenantId} and i.status = 'open'
        and i.due_at <= ${new Date(nowMs).toISOString()})`;
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
  await liftPastDue(tx, nowMs);
  if (!one) return;
  await cancelTimer(tx, { kind: DUNNING_TIMER, subjectId: one.id as string });
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
