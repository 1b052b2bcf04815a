import type { z } from "zod";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import type { billingProfilePatch, billingTermsPatch } from "#domain/billing/billing-profile.ts";
import { notFound } from "#domain/core/app-error.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import type { Actor, Context } from "#server/trpc/context.ts";
import { readAiBudget, setAiBudget } from "./ai-budget.ts";

async function read(tx: TenantTransaction) {
  const [row] =
    await tx.sql`select name, currency, timezone, billing_email, billing_address, tax_id, tax_mode,
      tax_rate_percent, discount_percent from tenants where id = ${tx.tenantId}`;
  if (!row) throw notFound("tenant");
  const percent = (value: unknown) => formatAmount(amountFromDatabase(value as string));
  return {
    billingName: row.name as string,
    billingEmail: row.billing_email as string,
    billingAddress: row.billing_address as string | null,
    currency: row.currency as string,
    timezone: row.timezone as string,
    taxId: row.tax_id as string | null,
    taxMode: row.tax_mode as string,
    taxRatePercent: percent(row.tax_rate_percent),
    discountPercent: percent(row.discount_percent),
    ...(await readAiBudget(tx)),
  };
}

export type BillingProfile = Awaited<ReturnType<typeof read>>;

/** Whom a workspace's bills go to and on what terms. Throws `not_found`. */
export function getBillingProfile(tenantId: TenantId): Promise<BillingProfile> {
  return withTenant(tenantId, read);
}

async function change(
  tenantId: TenantId,
  by: Actor | Context,
  values: Record<string, string | null | undefined>,
  budget?: string | null,
): Promise<BillingProfile> {
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return withTenant(tenantId, async (tx) => {
    const before = await read(tx);
    if (Object.keys(given).length > 0) {
      await tx.sql`update tenants set ${tx.sql(given)}, updated_at = now() where id = ${tenantId}`;
    }
    if (budget !== undefined) await setAiBudget(tx, budget);
    const after = await read(tx);
    const entry = { action: "billing_profile.changed", subjectType: "tenants", subjectId: tenantId };
    await recordAudit(tx, by, { ...entry, before, after });
    return after;
  });
}

/** Changes what the workspace itself says; it stands on the next invoice. */
export function updateBillingProfile(
  actor: Actor,
  patch: z.output<typeof billingProfilePatch>,
): Promise<BillingProfile> {
  const { billingEmail, billingAddress, taxId } = patch;
  const said = { billing_email: billingEmail, billing_address: billingAddress, tax_id: taxId };
  return change(actor.tenantId, actor, said, patch.aiMonthlyBudget);
}

/** Changes what staff agreed; it counts from the next invoice on. Throws `not_found`. */
export function updateBillingTerms(
  by: Context,
  patch: z.output<typeof billingTermsPatch>,
): Promise<BillingProfile> {
  return change(tenantIdFrom(patch.id), by, {
    tax_rate_percent: patch.taxRatePercent,
    tax_mode: patch.taxMode,
    discount_percent: patch.discountPercent,
  });
}

/** Sets or lifts a tenant's monthly budget for AI. Throws `not_found`. */
export function updateAiBudget(by: Context, id: string, budget: string | null): Promise<BillingProfile> {
  return change(tenantIdFrom(id), by, {}, budget);
}
