import { withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { setBillingBack } from "#server/billing/subscriptions/set-billing-back.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { clock } from "#server/runtime/clock.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import { sweepTimers } from "#server/runtime/timers.ts";
import type { Context } from "#server/trpc/context.ts";
import { readTenant } from "./tenant-view.ts";
import { getTenant } from "./tenants.ts";

/**
 * Sets a sandbox tenant's clock, which then runs on; everything that is due by it happens before this returns. A
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
  const fired = await sweepTimers(tenantId);
  wakeRelay();
  return { ...(await getTenant(input.id)), timersFired: fired };
}
