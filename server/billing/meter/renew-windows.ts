import type { TenantTransaction } from "#db/tenant.ts";
import { highestMark } from "#domain/billing/cost-alert.ts";
import type { PeriodWindow } from "#domain/billing/period.ts";
import type { QuotaState } from "#domain/billing/quota.ts";
import type { ServiceType } from "#domain/billing/service-type.ts";
import { type Amount, amountFromDatabase } from "#domain/money/amount.ts";
import type { GroupState } from "./group-state.ts";

export type WindowTotals = Map<
  string,
  { clientPrice: Amount; billablePrice: Amount; quantity: Amount; requests: Amount }
>;

/** What a tenant used in a window of whole local days, by service type, out of the daily roll-up. */
export async function readWindowTotals(tx: TenantTransaction, window: PeriodWindow): Promise<WindowTotals> {
  const rows = await tx.sql`
    select service_type, sum(client_price)::text as price, sum(billable_price)::text as billable,
      sum(total_quantity)::text as quantity, sum(requests - failed_requests)::text as requests
    from usage_daily where tenant_id = ${tx.tenantId} and day >= ${window.firstDay} and day < ${window.endDay}
    group by service_type`;
  return new Map(
    rows.map((row) => [
      row.service_type as string,
      {
        clientPrice: amountFromDatabase(row.price as string),
        billablePrice: amountFromDatabase(row.billable as string),
        quantity: amountFromDatabase(row.quantity as string),
        requests: amountFromDatabase(row.requests as string),
      },
    ]),
  );
}

type Counting = {
  serviceType: ServiceType | null;
  counts: "recorded" | "billable";
  measure?: QuotaState["measure"];
};

/** The part of a window's totals that a quota or an alert counts. */
export function countedTotal(totals: WindowTotals, counting: Counting): Amount {
  let sum = 0n;
  for (const [serviceType, total] of totals) {
    if (counting.serviceType !== null && counting.serviceType !== serviceType) continue;
    if (counting.measure === "requests") sum += total.requests;
    else if (counting.measure === "quantity") sum += total.quantity;
    else sum += counting.counts === "billable" ? total.billablePrice : total.clientPrice;
  }
  return sum;
}

/**
 * Starts the window anew for quotas and alerts whose period has passed. What is used in the new window comes from
 * the roll-up, which also makes a clock that was set back come out right; marks that fired in it stay fired.
 */
export async function renewWindows(tx: TenantTransaction, state: GroupState): Promise<void> {
  const stale = [...state.quotas, ...state.alerts].filter((limit) => limit.stale);
  if (stale.length === 0) return;
  const windows = new Map(
    stale.map((limit) => [`${limit.window.firstDay} ${limit.window.endDay}`, limit.window]),
  );
  const totals = new Map<string, WindowTotals>();
  for (const [key, window] of windows) totals.set(key, await readWindowTotals(tx, window));
  const totalOf = (window: PeriodWindow, counting: Counting) =>
    countedTotal(totals.get(`${window.firstDay} ${window.endDay}`) ?? new Map(), counting);
  for (const quota of state.quotas) {
    if (quota.stale) quota.used = totalOf(quota.window, quota);
  }
  for (const alert of state.alerts) {
    if (!alert.stale) continue;
    alert.spent = totalOf(alert.window, alert);
    alert.passedMark = highestMark(alert.marks, alert.budget, alert.spent);
  }
}
