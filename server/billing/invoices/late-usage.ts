import { withSystem } from "#db/system.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";

type Row = Record<string, unknown>;

/** Usage of a day that came after its month had been closed, and the invoice that bills it. */
export type LateUsage = {
  tenantId: string;
  tenantName: string;
  day: string;
  type: string;
  provider: string;
  model: string;
  /** How often the month had been closed when it came. */
  closing: number;
  requests: number;
  quantity: number;
  amountExact: string;
  currency: string;
  /** `billed` on a final invoice, on a `draft`, or `waiting` for the next one. */
  status: "billed" | "draft" | "waiting";
  invoiceId: string | null;
  invoiceNumber: string | null;
  invoicePeriod: string | null;
};

const KEYS = ["day", "tenant_id", "service_type", "provider", "model", "closing"] as const;

function toLateUsage(row: Row): LateUsage {
  const final = row.number !== null && row.number !== undefined;
  return {
    tenantId: row.tenant_id as string,
    tenantName: row.name as string,
    day: row.day as string,
    type: row.service_type as string,
    provider: row.provider as string,
    model: row.model as string,
    closing: Number(row.closing),
    requests: Number(row.requests),
    quantity: Number(row.total_quantity),
    amountExact: formatAmount(amountFromDatabase(row.billable_price as string)),
    currency: row.currency as string,
    status: final ? "billed" : row.invoice_id ? "draft" : "waiting",
    invoiceId: (row.invoice_id ?? null) as string | null,
    invoiceNumber: (row.number ?? null) as string | null,
    invoicePeriod: row.month ? (row.month as string).slice(0, 7) : null,
  };
}

/** Late usage of all tenants or one by its original day, the newest first. */
export async function listLateUsage(input: {
  limit: number;
  cursor?: string | undefined;
  tenantId?: string | undefined;
}): Promise<Page<LateUsage>> {
  const [day, tenant, type, provider, model, closing] = decodeCursor(input.cursor, KEYS.length) ?? [];
  const rows = await withSystem("list late usage", ({ sql }) => {
    let where = sql`d.closing > 0`;
    if (input.tenantId) where = sql`${where} and d.tenant_id = ${input.tenantId}`;
    if (day)
      where = sql`${where} and (d.day, d.tenant_id, d.service_type, d.provider, d.model, d.closing)
        < (${day}::date, ${tenant ?? ""}::uuid, ${type ?? ""}, ${provider ?? ""}, ${model ?? ""}, ${Number(closing)}::int2)`;
    return sql`
      select d.*, t.name, t.currency, b.invoice_id, b.number, b.month from usage_daily d
      join tenants t on t.id = d.tenant_id
      left join lateral (
        select i.id as invoice_id, i.number, i.month from invoice_lines l
        join invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
        where l.tenant_id = d.tenant_id and l.usage_month = date_trunc('month', d.day)::date and l.closing = d.closing
          and l.service_type = d.service_type and l.provider = d.provider and l.model = d.model
          and (not l.voided or i.status = 'draft')
        order by l.voided limit 1
      ) b on true
      where ${where}
      order by d.day desc, d.tenant_id desc, d.service_type desc, d.provider desc, d.model desc, d.closing desc
      limit ${input.limit + 1}`;
  });
  return toPage(rows, input.limit, (row) => KEYS.map((key) => String(row[key])), toLateUsage);
}
