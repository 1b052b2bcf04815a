import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import type { tenantCreate, tenantList, tenantPatch } from "#domain/platform/tenant-input.ts";
import { apiKeysChanged } from "#server/auth/api-key.ts";
import { hashPassword } from "#server/auth/password.ts";
import { sessionsChanged } from "#server/auth/session.ts";
import { updateAiBudget } from "#server/billing/billing-profile.ts";
import { billingNow } from "#server/billing/limit-window.ts";
import { touchLedger } from "#server/billing/meter/footing.ts";
import { getFreePlan, getPlan } from "#server/billing/plans.ts";
import { scheduleBilling, scheduleSubscription } from "#server/billing/subscriptions/schedule-billing.ts";
import { endSubscription, startSubscription } from "#server/billing/subscriptions/start-subscription.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { addMember, createOwnerKey, createTenant } from "#server/tenants/create-tenant.ts";
import type { Context } from "#server/trpc/context.ts";
import { readTenant, selectTenants, type TenantRow, tenantView } from "./tenant-view.ts";

/** All tenants, the newest first. */
export async function listTenants(input: z.output<typeof tenantList>) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const { status, search } = input;
  const rows = await withSystem("list tenants", (tx) => {
    let where = tx.sql`true`;
    if (status) where = tx.sql`${where} and t.status = ${status}`;
    if (search) where = tx.sql`${where} and strpos(lower(t.name || ' ' || t.slug), lower(${search})) > 0`;
    if (after) where = tx.sql`${where} and t.id < ${after}::uuid`;
    return tx.sql<
      TenantRow[]
    >`${selectTenants(tx)} where ${where} order by t.id desc limit ${input.limit + 1}`;
  });
  return toPage(rows, input.limit, (row) => [String(row.id)], tenantView);
}

/** One tenant. Throws `not_found`. */
export async function getTenant(id: string) {
  return tenantView(await readTenant(id));
}

/**
 * Makes a tenant with its owner, its plan's subscription (Free unless a plan is named) and a key that may do what the owner may; the key is in this
 * answer and never again. Throws `conflict` for a taken slug, `not_found` for an unknown plan.
 */
export async function openTenant(by: Context, input: z.output<typeof tenantCreate>) {
  const plan = input.planId ? await getPlan(input.planId) : await getFreePlan();
  const passwordHash = input.owner.password ? await hashPassword(input.owner.password) : null;
  const { name, slug, sandbox, currency, timezone, website = null } = input;
  const tenantId = await createTenant({
    name,
    slug,
    sandbox,
    currency,
    timezone,
    website,
    billingEmail: input.owner.email,
    status: input.planId ? "active" : "trial",
    ...(input.taxRatePercent ? { taxRatePercent: input.taxRatePercent } : {}),
  });
  await addMember(tenantId, {
    email: input.owner.email,
    name: input.owner.name,
    passwordHash,
    role: "owner",
  });
  const now = new Date();
  await withTenant(tenantId, async (tx) => {
    const trialEndsAt =
      plan.trialDays > 0 ? new Date(now.getTime() + plan.trialDays * 86_400_000).toISOString() : null;
    await startSubscription(tx, { planId: plan.id, startedAt: now.toISOString(), trialEndsAt });
    await scheduleBilling(tx);
    await recordAudit(tx, by, {
      action: "create",
      subjectType: "tenants",
      subjectId: tenantId,
      after: { name, slug },
    });
  });
  const apiKey = await createOwnerKey(tenantId, "Owner", sandbox);
  return { ...(await getTenant(tenantId)), apiKey };
}

/** Changes what staff set about a tenant. Throws `not_found`. */
export async function updateTenant(by: Context, { id, aiMonthlyBudget }: z.output<typeof tenantPatch>) {
  await readTenant(id);
  if (aiMonthlyBudget !== undefined) await updateAiBudget(by, id, aiMonthlyBudget);
  return getTenant(id);
}

/** Ends the plan with the day: what is left of its period is given back on the month's invoice, and none follows. */
async function endPlanNow(tx: TenantTransaction): Promise<void> {
  await touchLedger(tx);
  const { nowMs } = await billingNow(tx);
  const at = new Date(nowMs).toISOString();
  await endSubscription(tx, { status: "cancelled", reason: "tenant_closed", at });
  await scheduleSubscription(tx);
}

/**
 * Suspends, resumes or cancels a tenant. A suspended one can be read and not changed; a cancelled one is closed, and its
 * plan ends.
 */
export async function setTenantStatus(by: Context, id: string, status: "active" | "suspended" | "cancelled") {
  const before = await readTenant(id);
  const tenantId = tenantIdFrom(id);
  await withTenant(tenantId, async (tx) => {
    await tx.sql`update tenants set status = ${status}, updated_at = now() where id = ${tenantId}`;
    if (status === "cancelled") await endPlanNow(tx);
    await recordAudit(tx, by, {
      action: `tenant_${status}`,
      subjectType: "tenants",
      subjectId: id,
      before: { status: before.status },
      after: { status },
    });
  });
  apiKeysChanged();
  sessionsChanged();
  return getTenant(id);
}
