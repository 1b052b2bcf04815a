import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { appendOutbox } from "#server/runtime/outbox.ts";
import { registerTimerHandler, scheduleTimer } from "#server/runtime/timers.ts";
import { DUNNING_TIMER, fallDue, suspendForDunning } from "./dunning-case.ts";
import { payDue } from "./pay-invoice.ts";
import type { Payment } from "./payment-view.ts";
import { registerPaymentChecks } from "./watch-payment.ts";

const DUE_TIMER = "billing.invoice_due";

async function onDunningStep(
  tx: TenantTransaction,
  caseId: string,
  step: { kind: string; attempt: number; dueAt: string },
): Promise<void> {
  if (step.kind === "suspend") return suspendForDunning(tx, caseId, step.dueAt);
  const [running] = await tx.sql`
    update dunning_cases set attempts = ${step.attempt}, next_attempt_at = (
        select min(due_at) from timers where tenant_id = ${tx.tenantId} and kind = ${DUNNING_TIMER}
          and subject_id = ${caseId} and state = 'scheduled' and payload->>'kind' = 'retry')
    where tenant_id = ${tx.tenantId} and id = ${caseId} and status = 'running' returning id`;
  if (!running) return;
  await appendOutbox(tx, [
    {
      tenantId: tx.tenantId,
      name: "billing/dunning.due",
      payload: { caseId, attempt: step.attempt },
      dedupeKey: `dunning-due:${caseId}:${step.attempt}`,
    },
  ]);
}

/** Says what billing's timers do. Once per process. */
export function registerPaymentTimers(): void {
  registerPaymentChecks();
  registerTimerHandler(DUNNING_TIMER, (tx, { subjectId, payload, dueAt }) =>
    onDunningStep(tx, subjectId, { ...(payload as { kind: string; attempt: number }), dueAt }),
  );
  registerTimerHandler(DUE_TIMER, (tx, { subjectId }) => fallDue(tx, subjectId));
}

/** Watches a final invoice's due date. */
export async function watchDueDate(tx: TenantTransaction, invoiceId: string, dueAt: Date): Promise<void> {
  await scheduleTimer(tx, { kind: DUE_TIMER, subjectId: invoiceId, dueAt, replace: true });
}

/** Charges the tenant's default method for what is due of an invoice; null without one, or with nothing to pay. */
export async function payByDefault(
  tenantId: TenantId,
  invoiceId: string,
  label: "renewal" | "dunning",
): Promise<Payment | null> {
  const [method] = await withTenant(
    tenantId,
    (
      tx,
    ) => tx.sql`select m.id, m.gateway_id from payment_methods m join invoices i on i.tenant_id = m.tenant_id
      where m.tenant_id = ${tenantId} and m.is_default and m.status = 'active' and i.id = ${invoiceId}
        and i.status = 'open' and i.amount_due > 0`,
  );
  if (!method) return null;
  const means = { gatewayId: method.gateway_id as string, methodId: method.id as string };
  try {
    return await payDue(tenantId, invoiceId, means, { label });
  } catch (error) {
    // Paid meanwhile, or somebody is paying it on the provider's page: then there is nothing to do here.
    if (error instanceof AppError && (error.kind === "precondition" || error.kind === "conflict"))
      return null;
    throw error;
  }
}

/** One further try of a running case. Tells whether the invoice still waits for its money. */
export async function retryDunning(tenantId: TenantId, caseId: string): Promise<boolean> {
  const read = async () => {
    const [row] = await withTenant(
      tenantId,
      (tx) => tx.sql`select invoice_id from dunning_cases
        where tenant_id = ${tenantId} and id = ${caseId} and status in ('running', 'suspended')`,
    );
    return row?.invoice_id as string | undefined;
  };
  const invoiceId = await read();
  if (!invoiceId) return false;
  await payByDefault(tenantId, invoiceId, "dunning");
  return (await read()) !== undefined;
}
