import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";

const escapeSigns = (words: string) => words.replace(/[\\%_]/g, (sign) => `\\${sign}`);

/** The pattern a search stands for: part of a name, an address or, where it is made of digits, of a phone number. */
export function searchPattern(words: string): string {
  const digits = words.replace(/[\s().-]/g, "");
  const isNumber = /^\+?\d{3,}$/.test(digits);
  return `%${escapeSigns((isNumber ? digits : words).toLowerCase())}%`;
}

/** Ids of a tenant's customers whose name, e-mail or phone holds the words, newest first, through the trigram index. */
export async function searchCustomerIds(
  tenantId: TenantId,
  words: string,
  before: string | null,
  most: number,
): Promise<string[]> {
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql`select id from search_customer_ids(${searchPattern(words)}, ${before}, ${most}) as id`,
  );
  return rows.map((row) => String(row.id));
}
