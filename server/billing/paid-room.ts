import type { TenantTransaction } from "#db/tenant.ts";
import { type Period, periodAt } from "#domain/billing/period.ts";
import { type Amount, formatAmount } from "#domain/money/amount.ts";
import { billingNow } from "./limit-window.ts";
import { touchLedger } from "./meter/footing.ts";
import { recountQuota } from "./quotas.ts";

/** Gives a quota that much more room in the window that runs now; the next begins at its limit. A deleted one gets none. */
export async function addPaidRoom(tx: TenantTransaction, quotaId: string, amount: Amount): Promise<void> {
  await touchLedger(tx);
  const [row] =
    await tx.sql`select period from usage_quotas where tenant_id = ${tx.tenantId} and id = ${quotaId}`;
  if (!row) return;
  const { zone, nowMs } = await billingNow(tx);
  const start = new Date(periodAt(row.period as Period, zone, nowMs).start).toISOString();
  await tx.sql`
    update usage_quotas set extra_for = ${start},
      extra_amount = case when extra_for = ${start} then extra_amount else 0 end + ${formatAmount(amount)}::numeric
    where tenant_id = ${tx.tenantId} and id = ${quotaId}`;
  await recountQuota(tx, quotaId, true);
}
