import { withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { setBillingBack } from "#server/billing/subscriptions/set-billing-back.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { clock } from "#server/runtime/clock.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import { settleTenant } from "#server/runtime/settle-tenant.ts";
import { sweepTimers } from "#server/runtime/timers.ts";
import type { Context } from "#server/trpc/context.ts";
import { readTenant } from "./tenant-view.ts";
import { getTenant } from "./tenants.ts";

/** How long a set clock waits for payments and mails that it led to. */
const SETTLE_MS = 20_000;

/** Fires what is due and waits for what it began, until neither leads to more: a failed payment sets its next try. */
async function settleAll(tenantId: TenantId): Promise<number> {
  const until = Date.now() + SETTLE_MS;
  let total = 0;
  for (let fired = -1; fired !== 0 && Date.now() < until; ) {
    fired = await sweepTimers(tenantId);
    total += fired;
    wakeRelay();
    await settleTenant(tenantId, until - Date.now());
  }
  return total;
}

/**
 * Sets a sandbox tenant's clock, which then runs on; everything that is due by it happens before this
 * returns, the payments tried too. A
 * running subscription never begins after the clock. Throws `precondition` for a tenant that is no sandbox.
 */
export async function setTestClock(by: Context, input: { id: string; now: string }) {
  const tenant = await readTenant(input.id);
  if (!tenant.sandbox) {
    const message = "Only a sandbox tenant's clock can be set. Make one with sandbox: true.";
    throw new AppError("precondition", "tenants.not_a_sandbox", message);
  }
  const tenantId = tenantIdFrom(input.id);
  const now = new Date(input.now).toISOString();
  const offsetMs = Math.round(Date.parse(now) - Date.now());
  await withTenant(tenantId, async (tx) => {
    const [was] = await tx.sql`select clock_offset_ms from tenants where id = ${tenantId} for update`;
    await tx.sql`update tenants set clock_offset_ms = ${offsetMs}, updated_at = now() where id = ${tenantId}`;
    if (offsetMs < Number(was?.clock_offset_ms)) await setBillingBack(tx, now);
    await recordAudit(tx, by, {
      action: "set_test_clock",
      subjectType: "tenants",
      subjectId: input.id,
      after: { now },
    });
  });
  clock.offsetChanged(tenantId, offsetMs);
  const fired = await settleAll(tenantId);
  return { ...(await getTenant(input.id)), timersFired: fired };
}
