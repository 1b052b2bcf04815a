import { createHash } from "node:crypto";
import { withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { env } from "#server/runtime/env.ts";
import { drawInvoice, type PrintedInvoice } from "./draw-invoice.ts";
import { listLineDays } from "./drill-down.ts";
import { exportInvoice } from "./export-invoice.ts";
import { getInvoice, listInvoiceLines } from "./read-invoice.ts";

/** The printed bill names this many days of each line, the dearest first; the rest is summed in one row. */
const SHOWN_DAYS = 5;
const ALL = { limit: 100_000 };

async function summary(
  tenantId: TenantId,
  id: string,
  lineId: string,
): Promise<PrintedInvoice["lines"][number]["days"]> {
  const { data } = await listLineDays(tenantId, { id, lineId }, ALL);
  const dearest = [...data].sort(
    (a, b) => Number(b.amountExact) - Number(a.amountExact) || (a.key < b.key ? -1 : 1),
  );
  const shown = new Set(dearest.slice(0, SHOWN_DAYS).map((day) => day.key));
  return {
    count: data.length,
    shown: data
      .filter((day) => shown.has(day.key))
      .map(({ key, requests, amount, amountExact }) => ({ day: key, requests, amount, amountExact })),
  };
}

/** Rates, bases and taxes out of the lines, as they were rounded when the bill was made. */
function taxRows(lines: { taxRatePercent: string }[], tax: string): PrintedInvoice["taxRates"] {
  return { rates: [...new Set(lines.map((line) => line.taxRatePercent))], tax };
}

async function readPrinted(tenantId: TenantId, id: string): Promise<PrintedInvoice> {
  const invoice = await getInvoice(tenantId, id);
  if (invoice.status === "draft") {
    throw new AppError(
      "precondition",
      "invoices.draft",
      "A draft has no PDF; it is made when the bill is final.",
    );
  }
  const { data } = await listInvoiceLines(tenantId, id);
  // Lines hold no costs, so the file is the same for whoever reads it.
  const csv = await exportInvoice({ tenantId, allows: () => false }, { id, level: "lines" });
  const [tenant] = await withTenant(
    tenantId,
    (tx) => tx.sql`select slug from tenants where id = ${tenantId}`,
  );
  const lines: PrintedInvoice["lines"] = [];
  for (const line of data) {
    const days = line.usageMonth ? await summary(tenantId, id, line.id) : { count: 0, shown: [] };
    lines.push({ ...line, days });
  }
  return {
    invoice,
    lines,
    taxRates: taxRows(data, invoice.tax),
    csv: { fileName: csv.fileName, sha256: createHash("sha256").update(csv.body).digest("hex") },
    link: `${env().appUrl}/${tenant?.slug as string}/billing/invoices/${id}`,
  };
}

/**
 * A final invoice as PDF, with a summary of the days behind each line and the SHA-256 of the CSV of its lines, so
 * that the file and the data can be compared. The same invoice makes the same bytes. Throws `not_found`,
 * `precondition` for a draft.
 */
export async function printInvoice(
  tenantId: TenantId,
  id: string,
): Promise<{ fileName: string; body: Buffer }> {
  const printed = await readPrinted(tenantId, id);
  return { fileName: `${printed.invoice.number ?? id}.pdf`, body: await drawInvoice(printed) };
}
