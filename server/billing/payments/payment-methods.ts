import type { z } from "zod";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import type { paymentMethodInput } from "#domain/billing/payment.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import type { GatewayMethod } from "#server/providers/payments/payment-gateway.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { env } from "#server/runtime/env.ts";
import type { Actor } from "#server/trpc/context.ts";
import { gatewayCustomer } from "./gateway-customer.ts";
import { openGateway, openUsableGateway } from "./open-gateway.ts";
import { type PaymentMethod, toPaymentMethod } from "./payment-view.ts";

type Row = Record<string, unknown>;

async function methodRow(tx: TenantTransaction, id: string): Promise<Row> {
  const [row] =
    await tx.sql`select m.*, g.provider from payment_methods m join payment_gateways g on g.id = m.gateway_id
    where m.tenant_id = ${tx.tenantId} and m.id = ${id} and m.status <> 'removed'`;
  if (!row) throw notFound("payment_method");
  return row;
}

/** One means of payment. Throws `not_found`. */
export async function getPaymentMethod(tenantId: TenantId, id: string): Promise<PaymentMethod> {
  return toPaymentMethod(await withTenant(tenantId, (tx) => methodRow(tx, id)));
}

/** The tenant's means of payment, the newest first. */
export async function listPaymentMethods(
  tenantId: TenantId,
  input: { limit: number; cursor?: string | undefined },
): Promise<Page<PaymentMethod>> {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withTenant(
    tenantId,
    (
      tx,
    ) => tx.sql`select m.*, g.provider from payment_methods m join payment_gateways g on g.id = m.gateway_id
      where m.tenant_id = ${tenantId} and m.status <> 'removed' and (${after}::uuid is null or m.id < ${after}::uuid)
      order by m.id desc limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [row.id as string], toPaymentMethod);
}

async function makeDefault(tx: TenantTransaction, id: string): Promise<void> {
  await tx.sql`update payment_methods set is_default = false, updated_at = now()
    where tenant_id = ${tx.tenantId} and is_default and id <> ${id}`;
  await tx.sql`update payment_methods set is_default = true, updated_at = now()
    where tenant_id = ${tx.tenantId} and id = ${id}`;
}

async function activate(tx: TenantTransaction, row: Row, method: GatewayMethod): Promise<void> {
  const id = row.id as string;
  await tx.sql`update payment_methods set status = 'removed', is_default = false, updated_at = now()
    where tenant_id = ${tx.tenantId} and gateway_id = ${row.gateway_id as string} and external_id = ${method.externalId}
      and id <> ${id} and status = 'active'`;
  const isDefault = Boolean(row.is_default);
  await tx.sql`update payment_methods set is_default = false where tenant_id = ${tx.tenantId} and id = ${id}`;
  await tx.sql`
    update payment_methods set status = 'active', external_id = ${method.externalId}, setup_url = null, kind = ${method.kind},
      brand = ${method.brand}, last4 = ${method.last4}, exp_month = ${method.expMonth}, exp_year = ${method.expYear},
      updated_at = now() where tenant_id = ${tx.tenantId} and id = ${id}`;
  if (isDefault) await makeDefault(tx, id);
}

/** Takes over what a finished setup page saved; nothing happens while it is open, or a second time. */
export async function finishSetup(tenantId: TenantId, id: string): Promise<void> {
  const row = await withTenant(tenantId, (tx) => methodRow(tx, id));
  if (row.status !== "pending") return;
  const { adapter, account } = await openGateway(row.gateway_id as string);
  const method = await adapter?.findSavedMethod?.(account, row.setup_id as string);
  if (!method) return;
  await withTenant(tenantId, async (tx) => {
    const [locked] = await tx.sql`select * from payment_methods
      where tenant_id = ${tenantId} and id = ${id} and status = 'pending' for update`;
    if (locked) await activate(tx, locked, method);
  });
}

async function readSlug(tenantId: TenantId): Promise<{ slug: string; currency: string }> {
  const [row] = await withTenant(
    tenantId,
    (tx) => tx.sql`select slug, currency from tenants where id = ${tenantId}`,
  );
  return { slug: row?.slug as string, currency: row?.currency as string };
}

/**
 * Adds a means of payment: at once with what the provider's form made in the browser, else by a page of the provider
 * (`setupUrl`); it becomes active when the provider says so. Throws `precondition` where the provider keeps none.
 */
export async function addPaymentMethod(
  actor: Actor,
  input: z.output<typeof paymentMethodInput>,
): Promise<PaymentMethod> {
  const { tenantId } = actor;
  const gateway = await openUsableGateway(input.gatewayId);
  const { adapter, account } = gateway;
  if (!adapter.attachMethod || !adapter.openSetup) {
    const message = `${gateway.name} keeps no means of payment; each invoice is paid on its page.`;
    throw new AppError("precondition", "payment_methods.not_kept", message);
  }
  const customerId = (await gatewayCustomer(tenantId, gateway)) ?? "";
  const id = newId();
  const { slug, currency } = await readSlug(tenantId);
  const returnUrl = `${env().appUrl}/${slug}/settings/billing`;
  const { externalMethodId } = input;
  const method = externalMethodId ? await adapter.attachMethod(account, externalMethodId, customerId) : null;
  const setup = method
    ? null
    : await adapter.openSetup(account, { key: id, customerId, currency, returnUrl, metadata: { tenantId } });
  await withTenant(tenantId, async (tx) => {
    await tx.sql`
      insert into payment_methods (tenant_id, id, gateway_id, status, is_default, setup_id, setup_url)
      values (${tenantId}, ${id}, ${gateway.id}, 'pending', ${input.isDefault}, ${setup?.externalId ?? null}, ${setup?.url ?? null})`;
    if (method) await activate(tx, { id, gateway_id: gateway.id, is_default: input.isDefault }, method);
    const after = { gatewayId: gateway.id };
    await recordAudit(tx, actor, {
      action: "payment_method.added",
      subjectType: "payment_methods",
      subjectId: id,
      after,
    });
  });
  return getPaymentMethod(tenantId, id);
}

/** Makes an active method the one that renewals are paid with. */
export async function setDefaultPaymentMethod(actor: Actor, id: string): Promise<PaymentMethod> {
  await withTenant(actor.tenantId, async (tx) => {
    const row = await methodRow(tx, id);
    if (row.status !== "active") {
      throw new AppError("precondition", "payment_methods.not_active", "Finish the provider's page first.");
    }
    await makeDefault(tx, id);
    await recordAudit(tx, actor, {
      action: "payment_method.default",
      subjectType: "payment_methods",
      subjectId: id,
    });
  });
  return getPaymentMethod(actor.tenantId, id);
}

/** Removes a method here and at the provider. */
export async function removePaymentMethod(actor: Actor, id: string): Promise<void> {
  const row = await withTenant(actor.tenantId, async (tx) => {
    const found = await methodRow(tx, id);
    await tx.sql`update payment_methods set status = 'removed', is_default = false, updated_at = now()
      where tenant_id = ${actor.tenantId} and id = ${id}`;
    await recordAudit(tx, actor, {
      action: "payment_method.removed",
      subjectType: "payment_methods",
      subjectId: id,
    });
    return found;
  });
  if (row.status !== "active") return;
  const { adapter, account } = await openGateway(row.gateway_id as string);
  await adapter?.detachMethod?.(account, row.external_id as string);
}

/** The provider's own page of the customer. Throws `precondition` where there is none. */
export async function openBillingPortal(actor: Actor, gatewayId?: string): Promise<{ url: string }> {
  const gateway = await openUsableGateway(gatewayId);
  const customerId = await gatewayCustomer(actor.tenantId, gateway);
  if (!customerId || !gateway.adapter.openPortal) {
    throw new AppError("precondition", "payments.no_portal", `${gateway.name} has no page for customers.`);
  }
  const { slug } = await readSlug(actor.tenantId);
  const returnUrl = `${env().appUrl}/${slug}/settings/billing`;
  return { url: await gateway.adapter.openPortal(gateway.account, customerId, returnUrl) };
}
