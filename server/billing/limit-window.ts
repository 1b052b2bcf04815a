import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { type Period, periodAt } from "#domain/billing/period.ts";
import type { QuotaState } from "#domain/billing/quota.ts";
import type { ServiceType } from "#domain/billing/service-type.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type Amount, amountFromDatabase } from "#domain/money/amount.ts";
import { countedTotal, readWindowTotals } from "./meter/renew-windows.ts";

/** A stored quota or cost alert with its tenant's currency. */
export type LimitRow = Record<string, unknown>;

export type BillingNow = { zone: string; nowMs: number };

/** The tenant's billing zone and clock. */
export async function billingNow(tx: TenantTransaction): Promise<BillingNow> {
  const [row] =
    await tx.sql`select coalesce(l.timezone, t.timezone) as zone, t.clock_offset_ms as ahead from tenants t
    left join billing_ledgers l on l.tenant_id = t.id where t.id = ${tx.tenantId}`;
  return { zone: String(row?.zone ?? "UTC"), nowMs: Date.now() + Number(row?.ahead ?? 0) };
}

/** The window that a limit counts now: its bounds, whether the row counts this very one, and what is used in it. */
export type LimitWindow = { start: string; end: string; current: boolean; used: Amount };

/** `column` holds what the row counted; where it counted another window, the roll-up tells what is used. */
export async function limitWindow(
  tx: TenantTransaction,
  row: LimitRow,
  column: "used" | "spent",
  { zone, nowMs }: BillingNow,
): Promise<LimitWindow> {
  const window = periodAt(row.period as Period, zone, nowMs);
  const bounds = { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() };
  if (row.period_start === bounds.start)
    return { ...bounds, current: true, used: amountFromDatabase(row[column] as string) };
  return { ...bounds, current: false, used: await reckonUsed(tx, row, { zone, nowMs }) };
}

/** What counts for a limit in its running window, added up from the roll-up. */
export async function reckonUsed(
  tx: TenantTransaction,
  row: LimitRow,
  { zone, nowMs }: BillingNow,
): Promise<Amount> {
  const totals = await readWindowTotals(tx, periodAt(row.period as Period, zone, nowMs));
  return countedTotal(totals, {
    serviceType: row.service_type as ServiceType | null,
    counts: row.counts as "recorded" | "billable",
    measure: (row.measure as QuotaState["measure"] | undefined) ?? "money",
  });
}

/** The service type that a limit is stored with: none for all. */
export const storedType = (type: string) => (type === "all" ? null : type);

/** A page of a tenant's limits, oldest first, as `view` shows them. */
export async function listLimits<T>(
  tenantId: TenantId,
  input: { limit: number; cursor?: string | undefined },
  select: (tx: TenantTransaction, after: string) => PromiseLike<readonly LimitRow[]>,
  view: (tx: TenantTransaction, row: LimitRow, now: BillingNow) => Promise<T>,
): Promise<Page<T>> {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? "00000000-0000-0000-0000-000000000000";
  return withTenant(tenantId, async (tx) => {
    const page = toPage(
      await select(tx, after),
      input.limit,
      (row) => [row.id as string],
      (row) => row,
    );
    const now = await billingNow(tx);
    const data: T[] = [];
    for (const row of page.data) data.push(await view(tx, row, now));
    return { data, nextCursor: page.nextCursor };
  });
}

/** `part` of `whole` in per cent with two decimals, as text. */
export function percentText(part: bigint, whole: bigint): string {
  return whole === 0n ? "0" : String(Number((part * 10_000n) / whole) / 100);
}
