import type { z } from "zod";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { type costAlertInput, type costAlertPatchInput, highestMark } from "#domain/billing/cost-alert.ts";
import { notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { Page } from "#domain/core/paging.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import type { Actor } from "#server/trpc/context.ts";
import {
  type BillingNow,
  billingNow,
  type LimitRow,
  limitWindow,
  listLimits,
  percentText,
  reckonUsed,
  storedType,
} from "./limit-window.ts";
import { touchLedger } from "./meter/footing.ts";

/** A mark that fired. */
type FiredMark = { mark: string; spent: string; conversationId: string | null; triggeredAt: string };

/** A cost alert with its running state, as the API shows it. */
export type CostAlert = {
  id: string;
  name: string;
  type: string;
  period: string;
  budget: string;
  currency: string;
  marks: string[];
  emails: string[];
  emailEnabled: boolean;
  counts: string;
  enabled: boolean;
  periodStart: string;
  currentAmount: string;
  currentPercent: string;
  passedMark: string;
  triggerCount: number;
  lastTriggeredAt: string | null;
  events: FiredMark[];
  createdAt: string;
};

const trim = (value: unknown) => formatAmount(amountFromDatabase(value as string));

async function toAlert(tx: TenantTransaction, row: LimitRow, now: BillingNow): Promise<CostAlert> {
  const { start, current, used: spent } = await limitWindow(tx, row, "spent", now);
  const budget = amountFromDatabase(row.budget as string);
  const events = await tx.sql`select mark, spent, conversation_id, triggered_at from cost_alert_events
    where tenant_id = ${tx.tenantId} and alert_id = ${row.id as string} and period_start = ${start} order by mark`;
  return {
    id: row.id as string,
    name: row.name as string,
    type: (row.service_type as string | null) ?? "all",
    period: row.period as string,
    budget: formatAmount(budget),
    currency: row.currency as string,
    marks: (row.marks as unknown[]).map((mark) => trim(String(mark))),
    emails: row.emails as string[],
    emailEnabled: row.email_enabled as boolean,
    counts: row.counts as string,
    enabled: row.enabled as boolean,
    periodStart: start,
    currentAmount: formatAmount(spent),
    currentPercent: percentText(spent, budget),
    passedMark: current ? trim(row.passed_mark) : "0",
    triggerCount: Number(row.trigger_count),
    lastTriggeredAt: row.last_triggered_at as string | null,
    events: events.map((event) => ({
      mark: trim(event.mark),
      spent: trim(event.spent),
      conversationId: event.conversation_id as string | null,
      triggeredAt: event.triggered_at as string,
    })),
    createdAt: row.created_at as string,
  };
}

const select = (tx: TenantTransaction, id: string) =>
  tx.sql`select a.*, a.marks::text[] as marks, t.currency from cost_alerts a join tenants t on t.id = a.tenant_id
    where a.tenant_id = ${tx.tenantId} and a.id = ${id}`;

async function read(tx: TenantTransaction, id: string): Promise<CostAlert> {
  const [row] = await select(tx, id);
  if (!row) throw notFound("cost_alert");
  return toAlert(tx, row, await billingNow(tx));
}

/** One alert. Throws `not_found`. */
export function getCostAlert(tenantId: TenantId, id: string): Promise<CostAlert> {
  return withTenant(tenantId, (tx) => read(tx, id));
}

/** The tenant's alerts, oldest first. */
export async function listCostAlerts(
  tenantId: TenantId,
  input: { limit: number; cursor?: string | undefined },
): Promise<Page<CostAlert>> {
  return listLimits(
    tenantId,
    input,
    (tx, after) => tx.sql`select a.*, a.marks::text[] as marks, t.currency from cost_alerts a
      join tenants t on t.id = a.tenant_id
      where a.tenant_id = ${tenantId} and a.id > ${after} order by a.id limit ${input.limit + 1}`,
    toAlert,
  );
}

// Marks that spend has passed already count as passed: a new or changed alert tells of what comes, not of what was.
async function recount(tx: TenantTransaction, id: string): Promise<void> {
  const [row] = await select(tx, id);
  if (!row) throw notFound("cost_alert");
  const now = await billingNow(tx);
  const { start } = await limitWindow(tx, row, "spent", now);
  const spent = await reckonUsed(tx, row, now);
  const passed = highestMark(
    (row.marks as string[]).map(trim),
    amountFromDatabase(row.budget as string),
    spent,
  );
  await tx.sql`update cost_alerts set period_start = ${start}, spent = ${formatAmount(spent)}, passed_mark = ${passed},
    updated_at = now() where tenant_id = ${tx.tenantId} and id = ${id}`;
}

/** Adds an alert; marks that the running period's spend has passed do not fire any more. */
export async function createCostAlert(
  actor: Actor,
  input: z.infer<typeof costAlertInput>,
): Promise<CostAlert> {
  return withTenant(actor.tenantId, async (tx) => {
    await touchLedger(tx);
    const id = newId();
    await tx.sql`
      insert into cost_alerts (tenant_id, id, name, service_type, period, budget, marks, emails, email_enabled, counts,
        enabled, period_start)
      values (${tx.tenantId}, ${id}, ${input.name}, ${storedType(input.type)}, ${input.period}, ${input.budget},
        ${input.marks}::numeric[], ${input.emails}, ${input.emailEnabled}, ${input.counts}, ${input.enabled},
        '2000-01-01T00:00:00Z')`;
    await recount(tx, id);
    await recordAudit(tx, actor, {
      action: "cost_alert.created",
      subjectType: "cost_alert",
      subjectId: id,
      after: input,
    });
    return read(tx, id);
  });
}

/** What decides which marks are passed: a change of one of these arms the marks anew, a new name or address does not. */
const ARMING = ["budget", "marks", "type", "period", "counts", "enabled"] as const;

/** Changes an alert; its marks are armed by what is spent now. Throws `not_found`. */
export async function updateCostAlert(
  actor: Actor,
  id: string,
  patch: z.infer<typeof costAlertPatchInput>,
): Promise<CostAlert> {
  return withTenant(actor.tenantId, async (tx) => {
    await touchLedger(tx);
    const before = await read(tx, id);
    const next = { ...before, ...patch };
    await tx.sql`
      update cost_alerts set name = ${next.name}, service_type = ${storedType(next.type)}, period = ${next.period},
        budget = ${next.budget}, marks = ${next.marks}::numeric[], emails = ${next.emails},
        email_enabled = ${next.emailEnabled}, counts = ${next.counts}, enabled = ${next.enabled}
      where tenant_id = ${tx.tenantId} and id = ${id}`;
    if (ARMING.some((name) => patch[name] !== undefined)) await recount(tx, id);
    await recordAudit(tx, actor, {
      action: "cost_alert.updated",
      subjectType: "cost_alert",
      subjectId: id,
      before,
      after: patch,
    });
    return read(tx, id);
  });
}

/** Deletes an alert and the history of its marks. Throws `not_found`. */
export async function deleteCostAlert(actor: Actor, id: string): Promise<void> {
  await withTenant(actor.tenantId, async (tx) => {
    await touchLedger(tx);
    const before = await read(tx, id);
    await tx.sql`delete from cost_alert_events where tenant_id = ${tx.tenantId} and alert_id = ${id}`;
    await tx.sql`delete from cost_alerts where tenant_id = ${tx.tenantId} and id = ${id}`;
    await recordAudit(tx, actor, {
      action: "cost_alert.deleted",
      subjectType: "cost_alert",
      subjectId: id,
      before,
    });
  });
}
