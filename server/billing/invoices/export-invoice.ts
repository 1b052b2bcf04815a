import { AppError } from "#domain/core/app-error.ts";
import type { Actor } from "#server/trpc/context.ts";
import { toCsv } from "../csv.ts";
import { usageCsv } from "../export-usage.ts";
import {
  type InvoicePath,
  type LevelPage,
  listConversationMessages,
  listDayConversations,
  listLineDays,
  listPathRecords,
} from "./drill-down.ts";
import type { InvoiceLine } from "./invoice-view.ts";
import { getInvoice, listInvoiceLines } from "./read-invoice.ts";

export const EXPORT_LEVELS = ["lines", "days", "conversations", "messages", "records"] as const;
type ExportLevel = (typeof EXPORT_LEVELS)[number];

export type ExportRequest = {
  id: string;
  level: ExportLevel;
  lineId?: string | undefined;
  day?: string | undefined;
  conversationId?: string | undefined;
  messageId?: string | undefined;
};

const ALL = { limit: Number.MAX_SAFE_INTEGER };

const LINE_COLUMNS = [
  "position",
  "id",
  "kind",
  "description",
  "type",
  "provider",
  "model",
  "usageMonth",
  "requests",
  "quantity",
  "coveredQuantity",
  "amount",
  "amountExact",
  "clientPrice",
  "taxRatePercent",
  "currency",
] as const satisfies (keyof InvoiceLine)[];

function levelCsv(key: string, page: LevelPage): string {
  const header = [
    key,
    "requests",
    "quantity",
    "coveredQuantity",
    "clientPrice",
    "amount",
    "amountExact",
    "currency",
  ];
  return toCsv(
    header,
    page.data.map((row) => [
      row.key,
      row.requests,
      row.quantity,
      row.coveredQuantity,
      row.clientPrice,
      row.amount,
      row.amountExact,
      page.currency,
    ]),
  );
}

function need(value: string | undefined, name: string): string {
  if (value !== undefined) return value;
  throw new AppError("invalid", "invoices.export_place", `Name ${name} for a CSV of this level.`);
}

function pathOf(request: ExportRequest, lineId: string): InvoicePath {
  const { id, day, conversationId, messageId } = request;
  return {
    id,
    lineId,
    ...(day ? { day } : {}),
    ...(conversationId ? { conversationId } : {}),
    ...(messageId ? { messageId } : {}),
  };
}

/** Who reads: whether costs are in it is theirs to see. */
type Reader = Pick<Actor, "tenantId" | "allows">;

async function body(actor: Reader, request: ExportRequest): Promise<string> {
  const { tenantId } = actor;
  if (request.level === "lines") {
    const { data } = await listInvoiceLines(tenantId, request.id);
    return toCsv(
      LINE_COLUMNS,
      data.map((line) => LINE_COLUMNS.map((column) => line[column])),
    );
  }
  const path = pathOf(request, need(request.lineId, "lineId"));
  if (request.level === "days") return levelCsv("day", await listLineDays(tenantId, path, ALL));
  if (request.level === "records") return usageCsv(actor, (await listPathRecords(tenantId, path)).data);
  const day = need(request.day, "day");
  if (request.level === "conversations") {
    return levelCsv("conversationId", await listDayConversations(tenantId, { ...path, day }, ALL));
  }
  const conversationId = need(request.conversationId, "conversationId");
  return levelCsv(
    "messageId",
    await listConversationMessages(tenantId, { ...path, day, conversationId }, ALL),
  );
}

/** A level of an invoice as CSV; its exact amounts sum to the level's total. Throws `not_found`, `invalid`. */
export async function exportInvoice(
  actor: Reader,
  request: ExportRequest,
): Promise<{ fileName: string; body: string }> {
  const invoice = await getInvoice(actor.tenantId, request.id);
  return {
    fileName: `${invoice.number ?? "draft"}-${request.level}.csv`,
    body: await body(actor, request),
  };
}
