import { withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { amountFromDatabase } from "#domain/money/amount.ts";
import { env } from "#server/runtime/env.ts";
import { gatewayCustomer } from "./gateway-customer.ts";
import { openGateway, openUsableGateway } from "./open-gateway.ts";
import { type Payment, toPayment } from "./payment-view.ts";
import { paymentRow, settlePayment } from "./settle-payment.ts";

type Row = Record<string, unknown>;

async function readCharge(tenantId: TenantId, paymentId: string): Promise<Row> {
  return withTenant(tenantId, async (tx) => {
    const row = await paymentRow(tx, paymentId);
    const [more] = await tx.sql`
      select t.name, t.billing_email, t.slug, m.external_id as method_id from tenants t
      left join payment_methods m on m.tenant_id = t.id and m.id = ${(row.payment_method_id as string | null) ?? null}
      where t.id = ${tenantId}`;
    return { ...row, ...more, tenant_id: tenantId, id: paymentId };
  });
}

/** Reads a payment. Throws `not_found`. */
export async function getPayment(tenantId: TenantId, id: string): Promise<Payment> {
  return toPayment(await withTenant(tenantId, (tx) => paymentRow(tx, id)));
}

/**
 * Asks the provider for the money of a payment that is written down already, and applies the answer. Doing it again
 * is safe: the provider knows the payment by its id. Throws `unavailable` when the provider's answer is unknown; the
 * payment then stays pending.
 */
export async function chargePayment(tenantId: TenantId, paymentId: string): Promise<Payment> {
  const row = await readCharge(tenantId, paymentId);
  const gateway = await openUsableGateway(row.gateway_id as string);
  const currency = row.currency as string;
  const slug = row.slug as string;
  const invoiceId = row.invoice_id as string | null;
  const stated = await gateway.adapter.charge(gateway.account, {
    paymentId,
    amount: amountFromDatabase(row.amount as string),
    currency,
    description: row.description as string,
    customer: {
      externalId: await gatewayCustomer(tenantId, gateway),
      name: row.name as string,
      email: row.billing_email as string,
    },
    methodId: (row.method_id as string | null) ?? null,
    returnUrl: `${env().appUrl}/${slug}/billing${invoiceId ? `/invoices/${invoiceId}` : ""}`,
    metadata: { tenantId, ...(invoiceId ? { invoiceId } : {}) },
  });
  await settlePayment(tenantId, paymentId, stated);
  return getPayment(tenantId, paymentId);
}

/** Fetches a payment's present state from its provider and applies it; what was never asked for is asked now. */
export async function refreshPayment(tenantId: TenantId, paymentId: string): Promise<Payment> {
  const row = await withTenant(tenantId, (tx) => paymentRow(tx, paymentId));
  const externalId = row.external_payment_id as string | null;
  if (!externalId) return chargePayment(tenantId, paymentId);
  const { adapter, account } = await openGateway(row.gateway_id as string);
  if (adapter) await settlePayment(tenantId, paymentId, await adapter.getPayment(account, externalId));
  return getPayment(tenantId, paymentId);
}

async function cancelHere(tenantId: TenantId, paymentId: string): Promise<void> {
  await withTenant(
    tenantId,
    (tx) => tx.sql`update payments set status = 'cancelled', updated_at = now()
      where tenant_id = ${tenantId} and id = ${paymentId} and status = 'pending'`,
  );
}

/** Withdraws a payment that nobody has paid on the provider's page. Throws `conflict` when it cannot be. */
export async function withdrawPayment(tenantId: TenantId, paymentId: string): Promise<void> {
  const row = await withTenant(tenantId, (tx) => paymentRow(tx, paymentId));
  const externalId = row.external_payment_id as string | null;
  // A page whose address never reached us was never shown to anybody; a card may have been charged all the same.
  if (!externalId && !row.payment_method_id) return cancelHere(tenantId, paymentId);
  const { adapter, account } = await openGateway(row.gateway_id as string);
  if (externalId && adapter?.cancel) await adapter.cancel(account, externalId).catch(() => undefined);
  const after = await refreshPayment(tenantId, paymentId);
  if (after.status !== "pending" && after.status !== "processing") return;
  // A page that the provider cannot close: what is paid on it after all goes into the wallet.
  if (after.status === "pending" && !adapter?.cancel) return cancelHere(tenantId, paymentId);
  const message = "A payment of this invoice is on its way; wait for its outcome.";
  throw new AppError("conflict", "payments.in_progress", message);
}
