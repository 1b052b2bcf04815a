import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import {
  type InvoicePath,
  listConversationMessages,
  listDayConversations,
  listLineDays,
  listPathRecords,
} from "#server/billing/invoices/drill-down.ts";
import { listInvoiceLines } from "#server/billing/invoices/read-invoice.ts";

export const LEVELS = ["lines", "days", "conversations", "messages", "records"] as const;
type Times = Record<(typeof LEVELS)[number] | "floor", number[]>;
export type Bill = { tenantId: TenantId; id: string };

const ALL = { limit: 100 };

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

/** Does the work and adds what it took, in ms. */
export async function timed<T>(times: number[], work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work();
  times.push(performance.now() - from);
  return result;
}

/** Goes down one invoice from a line to the calls of a message, by ways chosen by chance, and times each level. */
async function descend(tenantId: TenantId, id: string, times: Times): Promise<void> {
  const { data } = await timed(times.lines, () => listInvoiceLines(tenantId, id));
  const line = pick(data);
  const path: InvoicePath = { id, lineId: line.id };
  const days = await timed(times.days, () => listLineDays(tenantId, path, ALL));
  const day = pick(days.data).key;
  const threads = await timed(times.conversations, () =>
    listDayConversations(tenantId, { ...path, day }, ALL),
  );
  const conversationId = pick(threads.data).key;
  const at = { ...path, day, conversationId };
  const messages = await timed(times.messages, () => listConversationMessages(tenantId, at, ALL));
  const messageId = pick(messages.data).key;
  const records = await timed(times.records, () => listPathRecords(tenantId, { ...at, messageId }));
  if (!days.total.equal || !threads.total.equal || !messages.total.equal || !records.total.equal)
    throw new Error("A level does not sum to the one above.");
  await timed(times.floor, () =>
    withTenant(
      tenantId,
      (tx) => tx.sql`select count(*), sum(client_price) from usage_breakdown where tenant_id = ${tenantId}
        and occurred_at >= ${day}::timestamp at time zone 'UTC' and occurred_at < (${day}::timestamp + interval '1 day') at time zone 'UTC'`,
    ),
  );
}

/** Goes down bills chosen by chance, after half as many to warm up: ms of each level, and of a day's bare index scan. */
export async function goDown(bills: readonly Bill[], samples: number): Promise<Times> {
  let times: Times = { lines: [], days: [], conversations: [], messages: [], records: [], floor: [] };
  for (let i = -Math.ceil(samples / 2); i < samples; i += 1) {
    if (i === 0) times = { lines: [], days: [], conversations: [], messages: [], records: [], floor: [] };
    const { tenantId, id } = pick(bills);
    await descend(tenantId, id, times);
  }
  return times;
}
