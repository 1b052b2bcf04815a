import type { TenantTransaction } from "#db/tenant.ts";
import { appendOutbox } from "#server/runtime/outbox.ts";
import { registerTimerHandler, scheduleTimer } from "#server/runtime/timers.ts";
import { billingNow } from "../limit-window.ts";

const CHECK_TIMER = "billing.payment_check";
/** Hours after which an unsettled payment is asked about: its webhook may be lost, its page abandoned. */
const CHECK_AFTER_HOURS = [1, 25, 73] as const;

/** Asks about a payment later on, in case nobody tells how it ended. Called where it is written down. */
export async function watchPayment(tx: TenantTransaction, paymentId: string): Promise<void> {
  const { nowMs } = await billingNow(tx);
  for (const hours of CHECK_AFTER_HOURS) {
    const dueAt = new Date(nowMs + hours * 3_600_000);
    await scheduleTimer(tx, { kind: CHECK_TIMER, subjectId: paymentId, dueAt, payload: { hours } });
  }
}

/** Says what the checks do. Once per process. */
export function registerPaymentChecks(): void {
  registerTimerHandler(CHECK_TIMER, async (tx, { id, subjectId }) => {
    const [open] = await tx.sql`select 1 from payments
      where tenant_id = ${tx.tenantId} and id = ${subjectId} and status in ('pending', 'processing')`;
    if (!open) return;
    await appendOutbox(tx, [
      {
        tenantId: tx.tenantId,
        name: "billing/payment.unsettled",
        payload: { paymentId: subjectId },
        dedupeKey: `payment-check:${id}`,
      },
    ]);
  });
}
