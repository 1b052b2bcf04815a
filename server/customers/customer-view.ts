import type { TenantTransaction } from "#db/tenant.ts";
import { notFound } from "#domain/core/app-error.ts";

export type CustomerRow = Record<string, unknown>;

/** A customer as the API shows it. */
export function customerView(row: CustomerRow) {
  const text = (name: string) => (row[name] as string | null) ?? null;
  return {
    id: String(row.id),
    name: String(row.name),
    email: text("email"),
    phone: text("phone"),
    externalId: text("external_id"),
    language: text("language"),
    status: String(row.status),
    source: String(row.source),
    tags: row.tags as string[],
    customFields: row.custom_fields as Record<string, unknown>,
    mergedIntoId: text("merged_into_id"),
    conversationCount: Number(row.conversation_count),
    firstContactAt: text("first_contact_at"),
    lastContactAt: text("last_contact_at"),
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
  };
}

/** One customer that is not archived. Throws `not_found`. */
export async function readCustomer(tx: TenantTransaction, id: string, lock = false): Promise<CustomerRow> {
  const rows = await tx.sql<
    CustomerRow[]
  >`select * from customers where tenant_id = ${tx.tenantId} and id = ${id}
    and archived_at is null ${lock ? tx.sql`for update` : tx.sql``}`;
  if (!rows[0]) throw notFound("customers");
  return rows[0];
}
