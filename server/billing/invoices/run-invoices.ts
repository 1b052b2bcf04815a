import { withSystem } from "#db/system.ts";
import { previousMonth } from "#domain/billing/period.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import { logger } from "#server/runtime/logger.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { closeMonth } from "./close-month.ts";

export const RUN_OUTCOMES = [
  "created",
  "existing",
  "nothing_to_bill",
  "not_closed",
  "stopped",
  "failed",
] as const;

export type RunResult = {
  tenantId: string;
  period: string;
  outcome: (typeof RUN_OUTCOMES)[number];
  invoiceId: string | null;
  number: string | null;
  message: string | null;
};

type Tenant = { id: TenantId; month: string };

async function tenantsToBill(tenantId: string | undefined, period: string | undefined): Promise<Tenant[]> {
  const rows = await withSystem(
    "invoice run",
    (tx) => tx.sql`select t.id, coalesce(l.timezone, t.timezone) as zone, t.clock_offset_ms from tenants t
      left join billing_ledgers l on l.tenant_id = t.id
      where (${tenantId ?? null}::uuid is null or t.id = ${tenantId ?? null}) order by t.id`,
  );
  if (tenantId !== undefined && rows.length === 0) throw notFound("tenant");
  return rows.map((row) => {
    const today = () => localDay(row.zone as string, Date.now() + Number(row.clock_offset_ms));
    return { id: tenantIdFrom(row.id as string), month: period ? `${period}-01` : previousMonth(today()) };
  });
}

async function billOne({ id, month }: Tenant): Promise<RunResult> {
  const base = { tenantId: id, period: month.slice(0, 7), invoiceId: null, number: null, message: null };
  try {
    const closed = await closeMonth(id, month);
    if (!closed) return { ...base, outcome: "nothing_to_bill" };
    const { invoiceId, number, created } = closed;
    return { ...base, outcome: created ? "created" : "existing", invoiceId, number };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "billing.month_open")
      return { ...base, outcome: "not_closed", message: error.message };
    if (error.code !== "billing.safety_stop") throw error;
    await recordSystemEvent({
      kind: "billing.safety_stop",
      source: "invoice run",
      severity: 3,
      tenantId: id,
      message: error.message,
    });
    return { ...base, outcome: "stopped", message: error.message };
  }
}

/** Bills one tenant of many: an error that nobody expected is its result, told to staff, and the others go on. */
export async function billOneOfMany(tenant: Tenant): Promise<RunResult> {
  try {
    return await billOne(tenant);
  } catch (error) {
    logger.error({ error, tenantId: tenant.id }, "a tenant was not billed");
    const message = error instanceof Error ? error.message : String(error);
    await recordSystemEvent({
      kind: "billing.run_failed",
      source: "invoice run",
      severity: 3,
      tenantId: tenant.id,
      message,
    });
    const none = { invoiceId: null, number: null };
    return { tenantId: tenant.id, period: tenant.month.slice(0, 7), outcome: "failed", ...none, message };
  }
}

/**
 * Makes the invoices of a month (the last one closed on each tenant's clock unless given) for one tenant or all.
 * Each tenant is a transaction of its own, so a run that is killed half-way goes on when started again. Throws
 * `precondition` for a single tenant whose month still runs.
 */
export async function runInvoices(input: {
  tenantId?: string | undefined;
  period?: string | undefined;
}): Promise<RunResult[]> {
  const tenants = await tenantsToBill(input.tenantId, input.period);
  const bill = input.tenantId === undefined ? billOneOfMany : billOne;
  const results: RunResult[] = [];
  for (const tenant of tenants) results.push(await bill(tenant));
  const [only] = results;
  if (input.tenantId !== undefined && only?.outcome === "not_closed") {
    throw new AppError("precondition", "billing.month_open", only.message ?? "The month still runs.");
  }
  return results;
}
