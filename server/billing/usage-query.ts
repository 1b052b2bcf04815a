import type { z } from "zod";
import type { TenantTransaction } from "#db/tenant.ts";
import { shiftDay } from "#domain/billing/period.ts";
import { dayStart } from "#domain/billing/time-zone.ts";
import type { usageExportInput } from "#domain/billing/usage-report.ts";
import type { UsageRecord } from "./meter/usage-fact.ts";
import { recordFromRow } from "./meter/usage-record.ts";

export type UsageFilter = z.infer<typeof usageExportInput>;

/** A record as lists show it: with the invoice line that bills it, derived from the line's slice. */
export type ListedUsage = UsageRecord & {
  isBilled: boolean;
  invoiceLineId: string | null;
  /** The adjustment that gave an unpriced record its price. */
  adjustedById: string | null;
};

/** The columns of a listed record; needs the joins of `fromUsage`. */
export const usageColumns = (tx: TenantTransaction) =>
  tx.sql`u.*, k.key, r.markup_percent, r.trial, t.currency, l.id as line_id, a.id as adjusted_by_id`;

/** Records with their key, rule, currency and the line that bills them. */
export const fromUsage = (tx: TenantTransaction) => tx.sql`
  usage_breakdown u
  join usage_keys k on k.tenant_id = u.tenant_id and k.key_hash = u.key_hash
  join tenants t on t.id = u.tenant_id
  left join pricing_rules r on r.id = u.pricing_rule_id
  left join usage_breakdown a on u.unpriced and a.tenant_id = u.tenant_id and a.adjusts_id = u.id
  left join invoice_lines l on l.tenant_id = u.tenant_id and l.usage_month = u.billing_month and l.closing = u.closing
    and l.service_type = u.service_type and l.provider = u.provider and l.model = u.model and not l.voided
    and u.ingest_seq > l.seq_from and u.ingest_seq <= l.seq_to`;

/** A row of those joins in the API's shape. */
export function listedUsage(row: Record<string, unknown>): ListedUsage {
  const invoiceLineId = (row.line_id ?? null) as string | null;
  const adjustedById = (row.adjusted_by_id ?? null) as string | null;
  return { ...recordFromRow(row), isBilled: invoiceLineId !== null, invoiceLineId, adjustedById };
}

async function zoneOf(tx: TenantTransaction): Promise<string> {
  const [row] = await tx.sql`select coalesce(l.timezone, t.timezone) as timezone from tenants t
    left join billing_ledgers l on l.tenant_id = t.id where t.id = ${tx.tenantId}`;
  return String(row?.timezone ?? "UTC");
}

const HALF_DAY = 43_200_000;

/**
 * The condition of a filter. A span of days also bounds `occurred_at`, generously, so that the time index and the
 * partitions are used; the day itself is the one that the record keeps.
 */
export async function usageWhere(tx: TenantTransaction, filter: UsageFilter) {
  const { sql, tenantId } = tx;
  let where = sql`u.tenant_id = ${tenantId}`;
  const firstDay = filter.day ?? filter.from;
  const endDay = filter.day ? shiftDay(filter.day, 1) : filter.to ? shiftDay(filter.to, 1) : undefined;
  if (firstDay !== undefined || endDay !== undefined) {
    const zone = await zoneOf(tx);
    const at = (day: string, move: number) => new Date(dayStart(zone, day) + move).toISOString();
    if (firstDay)
      where = sql`${where} and u.usage_day >= ${firstDay} and u.occurred_at >= ${at(firstDay, -HALF_DAY)}`;
    if (endDay) where = sql`${where} and u.usage_day < ${endDay} and u.occurred_at < ${at(endDay, HALF_DAY)}`;
  }
  if (filter.type) where = sql`${where} and u.service_type = ${filter.type}`;
  if (filter.provider) where = sql`${where} and u.provider = ${filter.provider}`;
  if (filter.model) where = sql`${where} and u.model = ${filter.model}`;
  if (filter.conversationId) where = sql`${where} and u.conversation_id = ${filter.conversationId}`;
  if (filter.messageId) {
    // A message's records are found through its conversation, which has the index.
    const [message] =
      await sql`select conversation_id from messages where tenant_id = ${tenantId} and id = ${filter.messageId}`;
    if (message) where = sql`${where} and u.conversation_id = ${message.conversation_id}`;
    where = sql`${where} and u.message_id = ${filter.messageId}`;
  }
  // Wrapped, because a statement's part is awaitable itself and would be sent.
  return { where };
}
