import type { z } from "zod";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import type { payInvoiceInput } from "#domain/billing/payment.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { formatAmount } from "#domain/money/amount.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import { type Actor, actorLabel } from "#server/trpc/context.ts";
import { chargePayment, refreshPayment, withdrawPayment } from "./charge-payment.ts";
import { lockInvoice, payFromWallet, requirePayable } from "./invoice-balance.ts";
import { openUsableGateway } from "./open-gateway.ts";
import type { Payment } from "./payment-view.ts";
import { watchPayment } from "./watch-payment.ts";

export type Means = { gatewayId: string; methodId: string | null };

/** The means to pay with: the method named, the default one, or the page of the gateway named (or the first). */
export async function chooseMeans(
  tenantId: TenantId,
  wish: { paymentMethodId?: string | undefined; gatewayId?: string | undefined },
): Promise<Means> {
  if (wish.gatewayId) return { gatewayId: (await openUsableGateway(wish.gatewayId)).id, methodId: null };
  const [method] = await withTenant(
    tenantId,
    (
      tx,
    ) => tx.sql`select id, gateway_id from payment_methods where tenant_id = ${tenantId} and status = 'active'
      and (id = ${wish.paymentMethodId ?? null}::uuid or (${wish.paymentMethodId ?? null}::uuid is null and is_default))`,
  );
  if (wish.paymentMethodId && !method) throw notFound("payment_method");
  const gateway = await openUsableGateway(method?.gateway_id as string | undefined);
  return { gatewayId: gateway.id, methodId: (method?.id as string | undefined) ?? null };
}

type Opened = { paymentId: string; fresh: boolean; sameMeans: boolean };

/** Writes the attempt down, or finds the one that is under way. The invoice is locked meanwhile. */
async function openPayment(
  tx: TenantTransaction,
  invoiceId: string,
  means: Means,
  initiatedBy: string,
): Promise<Opened> {
  const invoice = await lockInvoice(tx, invoiceId);
  requirePayable(invoice);
  const [standing] =
    await tx.sql`select id, gateway_id, payment_method_id, amount::numeric = ${formatAmount(invoice.due)}::numeric as same
    from payments where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId} and status in ('pending', 'processing')`;
  if (standing) {
    const sameMeans =
      Boolean(standing.same) &&
      standing.gateway_id === means.gatewayId &&
      (standing.payment_method_id ?? null) === means.methodId;
    return { paymentId: standing.id as string, fresh: false, sameMeans };
  }
  const paymentId = newId();
  await tx.sql`
    insert into payments (tenant_id, id, gateway_id, invoice_id, kind, amount, currency, description, payment_method_id,
      initiated_by)
    values (${tx.tenantId}, ${paymentId}, ${means.gatewayId}, ${invoiceId}, 'subscription', ${formatAmount(invoice.due)},
      ${invoice.currency}, ${`Invoice ${invoice.number}`}, ${means.methodId}, ${initiatedBy})`;
  await watchPayment(tx, paymentId);
  return { paymentId, fresh: true, sameMeans: true };
}

/**
 * Pays what is due of an invoice with the given means. An attempt under way by the same means is taken up again; one
 * by other means is withdrawn first, and where it cannot be, the call throws `conflict`.
 */
export async function payDue(
  tenantId: TenantId,
  invoiceId: string,
  means: Means,
  by: { label: string; audit?: (tx: TenantTransaction, paymentId: string) => Promise<void> },
): Promise<Payment> {
  for (let round = 0; round < 3; round += 1) {
    const opened = await withTenant(tenantId, async (tx) => {
      const found = await openPayment(tx, invoiceId, means, by.label);
      if (found.fresh) await by.audit?.(tx, found.paymentId);
      return found;
    });
    if (opened.fresh) return chargePayment(tenantId, opened.paymentId);
    if (opened.sameMeans) {
      const after = await refreshPayment(tenantId, opened.paymentId);
      if (after.status !== "failed" && after.status !== "cancelled") return after;
    } else {
      await withdrawPayment(tenantId, opened.paymentId);
    }
  }
  throw new AppError("conflict", "payments.in_progress", "Another payment of this invoice is under way.");
}

/** Pays what is due out of the wallet. Throws `precondition` when it is empty. */
async function payWithWallet(actor: Actor, invoiceId: string): Promise<void> {
  await withTenant(actor.tenantId, async (tx) => {
    const invoice = await lockInvoice(tx, invoiceId);
    requirePayable(invoice);
    const amount = await payFromWallet(tx, invoice);
    if (amount === 0n)
      throw new AppError("precondition", "wallet.empty", "The wallet is empty; add money first.");
    await recordAudit(tx, actor, {
      action: "invoice.paid_from_wallet",
      subjectType: "invoices",
      subjectId: invoiceId,
      after: { amount: formatAmount(amount), currency: invoice.currency },
    });
  });
  wakeRelay();
}

/**
 * Pays an invoice. By a gateway the answer is the payment: succeeded, processing, failed with a reason, or pending
 * with `checkoutUrl`, the page on which a person pays it. Out of the wallet there is no payment (null).
 */
export async function payInvoice(
  actor: Actor,
  input: z.output<typeof payInvoiceInput>,
): Promise<Payment | null> {
  if (input.source === "wallet") {
    await payWithWallet(actor, input.id);
    return null;
  }
  await withTenant(actor.tenantId, async (tx) => requirePayable(await lockInvoice(tx, input.id)));
  const means = await chooseMeans(actor.tenantId, input);
  return payDue(actor.tenantId, input.id, means, {
    label: actorLabel(actor.principal),
    audit: (tx, paymentId) =>
      recordAudit(tx, actor, {
        action: "payment.started",
        subjectType: "payments",
        subjectId: paymentId,
        after: { invoiceId: input.id },
      }),
  });
}
