import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { shiftDay } from "#domain/billing/period.ts";
import { dayStart } from "#domain/billing/time-zone.ts";
import { notFound } from "#domain/core/app-error.ts";
import { decodeCursor, encodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { type Amount, amountFromDatabase, formatAmount, sumAmounts } from "#domain/money/amount.ts";
import { formatMinor, roundToMinor, spreadByLargestRemainder } from "#domain/money/currency.ts";
import { fromUsage, type ListedUsage, listedUsage, usageColumns } from "../usage-query.ts";
import { invoiceRow, type LevelTotal } from "./read-invoice.ts";

type Row = Record<string, unknown>;

/** Where in an invoice one stands. `conversationId` and `messageId` may be `none`. */
export type InvoicePath = {
  id: string;
  lineId: string;
  day?: string;
  conversationId?: string;
  messageId?: string;
};

/** A child of a level: what it is, its share in minor units, the exact value beside it. */
type LevelRow = {
  key: string;
  requests: number;
  quantity: number;
  coveredQuantity: number;
  providerCost: string;
  clientPrice: string;
  amount: string;
  amountExact: string;
};

type Child = { key: string; row: Row; exact: Amount; share: Amount };
type Level = { children: Child[]; total: LevelTotal; currency: string };
type Standing = { line: Row; currency: string; zone: string };

async function standing(tx: TenantTransaction, path: InvoicePath): Promise<Standing> {
  const invoice = await invoiceRow(tx, path.id);
  const [line] = await tx.sql`select * from invoice_lines
    where tenant_id = ${tx.tenantId} and invoice_id = ${path.id} and id = ${path.lineId}`;
  if (!line) throw notFound("invoice_line");
  return { line, currency: invoice.currency as string, zone: invoice.timezone as string };
}

function level(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  parent: { exact: Amount; share: Amount },
  currency: string,
): Level {
  const exacts = rows.map((row) => ({ key: keyOf(row), exact: amountFromDatabase(row.exact as string) }));
  const shares = spreadByLargestRemainder(exacts, parent.share, currency);
  const children = rows.map((row, i) => {
    const { key = "", exact = 0n } = exacts[i] ?? {};
    return { key, row, exact, share: shares.get(key) ?? 0n };
  });
  const sum = sumAmounts(exacts.map((child) => child.exact));
  const total = {
    amount: formatMinor(sumAmounts(children.map((child) => child.share)), currency),
    amountExact: formatAmount(sum),
    equal: sum === parent.exact,
  };
  return { children, total, currency };
}

function toRow(child: Child, currency: string): LevelRow {
  return {
    key: child.key,
    requests: Number(child.row.requests),
    quantity: Number(child.row.quantity),
    coveredQuantity: Number(child.row.covered),
    providerCost: formatAmount(amountFromDatabase(child.row.cost as string)),
    clientPrice: formatAmount(amountFromDatabase(child.row.price as string)),
    amount: formatMinor(child.share, currency),
    amountExact: formatAmount(child.exact),
  };
}

async function dayLevel(tx: TenantTransaction, at: Standing): Promise<Level> {
  const { line, currency } = at;
  const parent = {
    exact: amountFromDatabase(line.amount_exact as string),
    share: amountFromDatabase(line.amount as string),
  };
  if (line.usage_month === null) return level([], String, { exact: 0n, share: 0n }, currency);
  if (line.voided) return level(await recordedDays(tx, line), (row) => row.day as string, parent, currency);
  const rows = await tx.sql`
    select day, requests, total_quantity as quantity, covered_quantity as covered, provider_cost as cost,
      client_price as price, billable_price as exact
    from usage_daily
    where tenant_id = ${tx.tenantId} and closing = ${line.closing as number} and service_type = ${line.service_type as string}
      and provider = ${line.provider as string} and model = ${line.model as string}
      and day >= ${line.usage_month as string} and day < (${line.usage_month as string}::date + interval '1 month')
    order by day`;
  return level(rows, (row) => row.day as string, parent, currency);
}

// The slice that the line names; the month's bounds are generous, because its zone may have changed since.
const sliceOfLine = (tx: TenantTransaction, line: Row) => tx.sql`
  u.tenant_id = ${tx.tenantId} and u.billing_month = ${line.usage_month as string} and u.closing = ${line.closing as number}
  and u.service_type = ${line.service_type as string} and u.provider = ${line.provider as string}
  and u.model = ${line.model as string} and u.ingest_seq > ${line.seq_from as number} and u.ingest_seq <= ${line.seq_to as number}
  and u.occurred_at >= ${line.usage_month as string}::date - interval '2 days'
  and u.occurred_at < ${line.usage_month as string}::date + interval '33 days'`;

// While an invoice is a draft its roll-up still grows: its days are added up from the records that it was made of.
const recordedDays = (tx: TenantTransaction, line: Row) => tx.sql`
  select u.usage_day as day, ${sums(tx)} from usage_breakdown u where ${sliceOfLine(tx, line)} group by 1 order by 1`;

// The day's records lie within its hours; a margin covers a zone that has changed since.
function sliceOfDay(tx: TenantTransaction, { line, zone }: Standing, day: string) {
  const at = (d: string, move: number) => new Date(dayStart(zone, d) + move).toISOString();
  return tx.sql`
    u.tenant_id = ${tx.tenantId} and u.usage_day = ${day} and u.closing = ${line.closing as number}
    and u.service_type = ${line.service_type as string} and u.provider = ${line.provider as string}
    and u.model = ${line.model as string} and u.ingest_seq > ${line.seq_from as number} and u.ingest_seq <= ${line.seq_to as number}
    and u.occurred_at >= ${at(day, -3_600_000)} and u.occurred_at < ${at(shiftDay(day, 1), 3_600_000)}`;
}

const sums = (tx: TenantTransaction) => tx.sql`
  count(*)::int as requests, sum(u.input_quantity + coalesce(u.output_quantity, 0)) as quantity,
  sum(coalesce(u.covered_quantity, 0)) as covered, sum(u.provider_cost)::text as cost, sum(u.client_price)::text as price,
  sum(coalesce(u.billable_price, u.client_price))::text as exact`;

async function conversationLevel(tx: TenantTransaction, at: Standing, day: string): Promise<Level> {
  const days = await dayLevel(tx, at);
  const parent = days.children.find((child) => child.key === day);
  if (!parent) throw notFound("invoice_day");
  const rows = await tx.sql`select u.conversation_id as key, ${sums(tx)} from usage_breakdown u
    where ${sliceOfDay(tx, at, day)} group by 1 order by sum(coalesce(u.billable_price, u.client_price)) desc, 1`;
  return level(rows, keyOrNone, parent, at.currency);
}

/** Records without a conversation or a message stand under `none`. */
const keyOrNone = (row: Row) => (row.key ?? "none") as string;

const same = (tx: TenantTransaction, column: "conversation_id" | "message_id", key: string) =>
  key === "none" ? tx.sql`u.${tx.sql(column)} is null` : tx.sql`u.${tx.sql(column)} = ${key}::uuid`;

async function messageLevel(
  tx: TenantTransaction,
  at: Standing,
  day: string,
  conversationId: string,
): Promise<Level> {
  const conversations = await conversationLevel(tx, at, day);
  const parent = conversations.children.find((child) => child.key === conversationId);
  if (!parent) throw notFound("conversation");
  const rows = await tx.sql`select u.message_id as key, ${sums(tx)} from usage_breakdown u
    where ${sliceOfDay(tx, at, day)} and ${same(tx, "conversation_id", conversationId)} group by 1
    order by min(u.occurred_at), 1`;
  return level(rows, keyOrNone, parent, at.currency);
}

export type LevelPage = Page<LevelRow> & { total: LevelTotal; currency: string };
type Paging = { limit: number; cursor?: string | undefined };

// Shares need all children, so a page is cut out of the whole level.
function pageOf(all: Level, input: Paging): LevelPage {
  const from = Number(decodeCursor(input.cursor, 1)?.[0] ?? 0);
  const to = from + input.limit;
  return {
    data: all.children.slice(from, to).map((child) => toRow(child, all.currency)),
    nextCursor: to < all.children.length ? encodeCursor([to]) : null,
    total: all.total,
    currency: all.currency,
  };
}

/** The days of a line: their shares sum to the line's amount, their exact values to its exact amount. */
export async function listLineDays(tenantId: TenantId, path: InvoicePath, input: Paging): Promise<LevelPage> {
  return pageOf(await withTenant(tenantId, async (tx) => dayLevel(tx, await standing(tx, path))), input);
}

/** The conversations of a line's day, the dearest first. */
export async function listDayConversations(
  tenantId: TenantId,
  path: InvoicePath & { day: string },
  input: Paging,
): Promise<LevelPage> {
  const all = await withTenant(tenantId, async (tx) =>
    conversationLevel(tx, await standing(tx, path), path.day),
  );
  return pageOf(all, input);
}

type ConversationPath = InvoicePath & { day: string; conversationId: string };

/** The messages of a conversation on a line's day, in order. */
export async function listConversationMessages(
  tenantId: TenantId,
  path: ConversationPath,
  input: Paging,
): Promise<LevelPage> {
  const all = await withTenant(tenantId, async (tx) =>
    messageLevel(tx, await standing(tx, path), path.day, path.conversationId),
  );
  return pageOf(all, input);
}

/** The single records under any place of an invoice, oldest first, all or a page, with the sum of all. */
export async function listPathRecords(
  tenantId: TenantId,
  path: InvoicePath,
  input?: Paging,
): Promise<Page<ListedUsage> & { total: LevelTotal; currency: string }> {
  const after = decodeCursor(input?.cursor, 2);
  return withTenant(tenantId, async (tx) => {
    const at = await standing(tx, path);
    const { line, currency } = at;
    let where = path.day ? sliceOfDay(tx, at, path.day) : sliceOfLine(tx, line);
    if (path.conversationId) where = tx.sql`${where} and ${same(tx, "conversation_id", path.conversationId)}`;
    if (path.messageId) where = tx.sql`${where} and ${same(tx, "message_id", path.messageId)}`;
    const [since = "", id = ""] = after ?? [];
    const from = after ? tx.sql`and (u.occurred_at, u.id) > (${since}::timestamptz, ${id}::uuid)` : tx.sql``;
    const size = input ? tx.sql`limit ${input.limit + 1}` : tx.sql``;
    const rows = await tx.sql`select ${usageColumns(tx)} from ${fromUsage(tx)} where ${where} ${from}
      order by u.occurred_at, u.id ${size}`;
    const whole = input && (after || rows.length > input.limit);
    const sum = whole
      ? await exactSum(tx, where)
      : sumAmounts(rows.map((row) => amountFromDatabase((row.billable_price ?? row.client_price) as string)));
    const parent = await parentExact(tx, at, path);
    const keyOf = (row: Row) => [row.occurred_at as string, row.id as string];
    return {
      ...toPage(rows, input?.limit ?? rows.length, keyOf, listedUsage),
      total: {
        amount: formatMinor(roundToMinor(sum, currency), currency),
        amountExact: formatAmount(sum),
        equal: sum === parent,
      },
      currency,
    };
  });
}

async function exactSum(tx: TenantTransaction, where: ReturnType<typeof sliceOfLine>): Promise<Amount> {
  const [row] = await tx.sql`select ${sums(tx)} from usage_breakdown u where ${where}`;
  return amountFromDatabase((row?.exact ?? "0") as string);
}

async function parentExact(tx: TenantTransaction, at: Standing, path: InvoicePath): Promise<Amount> {
  if (!path.day) return amountFromDatabase(at.line.amount_exact as string);
  const find = (all: Level, key: string) => all.children.find((child) => child.key === key)?.exact ?? 0n;
  if (!path.conversationId) return find(await dayLevel(tx, at), path.day);
  if (!path.messageId) return find(await conversationLevel(tx, at, path.day), path.conversationId);
  return find(await messageLevel(tx, at, path.day, path.conversationId), path.messageId);
}
