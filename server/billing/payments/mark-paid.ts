import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import { type markPaidInput, parseCoins } from "#domain/billing/payment.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { formatAmount } from "#domain/money/amount.ts";
import { formatMinor } from "#domain/money/currency.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import { actorLabel, type Context } from "#server/trpc/context.ts";
import { billingNow } from "../limit-window.ts";
import { getPayment } from "./charge-payment.ts";
import { endDunning } from "./dunning-case.ts";
import { lockInvoice, moveBalance, requirePayable } from "./invoice-balance.ts";
import { MANUAL_GATEWAY } from "./open-gateway.ts";
import type { Payment } from "./payment-view.ts";
import { ownerOf } from "./read-payments.ts";

function onTaken(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") {
    throw new AppError(
      "conflict",
      "payments.reference_taken",
      "reference: this transfer is entered already.",
    );
  }
  throw error;
}

/**
 * Enters money that arrived outside of every provider, such as a bank transfer: all that is due, or a part. Throws
 * `conflict` for more than is due and for a reference that was entered before.
 */
export async function markInvoicePaid(by: Context, input: z.output<typeof markPaidInput>): Promise<Payment> {
  const tenantId = await ownerOf("invoices", input.id);
  const paymentId = newId();
  await withTenant(tenantId, async (tx) => {
    const invoice = await lockInvoice(tx, input.id);
    requirePayable(invoice);
    const amount = input.amount ? parseCoins(input.amount, invoice.currency) : invoice.due;
    if (amount > invoice.due) {
      const due = formatMinor(invoice.due, invoice.currency);
      throw new AppError("conflict", "invoices.overpaid", `amount: only ${due} ${invoice.currency} are due.`);
    }
    const { nowMs } = await billingNow(tx);
    await tx.sql`
      insert into payments (tenant_id, id, gateway_id, invoice_id, kind, status, amount, currency, description, method_label,
        external_payment_id, initiated_by, processed_at)
      values (${tenantId}, ${paymentId}, ${MANUAL_GATEWAY}, ${input.id}, 'subscription', 'succeeded', ${formatAmount(amount)},
        ${invoice.currency}, ${`Invoice ${invoice.number}`}, 'Bank transfer', ${input.reference}, ${actorLabel(by.principal)},
        ${new Date(nowMs).toISOString()})`;
    const how = { method: "Bank transfer", transactionId: input.reference };
    await moveBalance(tx, invoice, [{ from: "paid", amount }], how);
    await recordAudit(tx, by, {
      action: "invoice.marked_paid",
      subjectType: "invoices",
      subjectId: input.id,
      after: { amount: formatAmount(amount), currency: invoice.currency, reference: input.reference },
    });
  }).catch(onTaken);
  wakeRelay();
  return getPayment(tenantId, paymentId);
}

/** Writes an open invoice off; it stays payable, and dunning ends without lifting a suspension by itself. */
export async function markUncollectible(by: Context, id: string): Promise<void> {
  const tenantId = await ownerOf("invoices", id);
  await withTenant(tenantId, async (tx) => {
    const invoice = await lockInvoice(tx, id);
    if (invoice.status === "uncollectible") return;
    requirePayable(invoice);
    const { nowMs } = await billingNow(tx);
    await tx.sql`update invoices set status = 'uncollectible', uncollectible_at = ${new Date(nowMs).toISOString()},
      updated_at = now() where tenant_id = ${tenantId} and id = ${id}`;
    const [suspended] = await tx.sql`select 1 from dunning_cases
      where tenant_id = ${tenantId} and invoice_id = ${id} and status = 'suspended'`;
    if (!suspended) await endDunning(tx, id, "stopped");
    await recordAudit(tx, by, { action: "invoice.uncollectible", subjectType: "invoices", subjectId: id });
  });
  wakeRelay();
}
