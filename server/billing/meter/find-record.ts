import type { TenantTransaction } from "#db/tenant.ts";
import type { UsageRecord } from "./usage-fact.ts";
import { recordFromRow } from "./usage-record.ts";

/** One stored record of the tenant, or null. */
export async function findUsageRecord(tx: TenantTransaction, id: string): Promise<UsageRecord | null> {
  const [row] = await tx.sql`
    select u.*, k.key, r.markup_percent, r.trial, t.currency
    from usage_breakdown u
    join usage_keys k on k.tenant_id = u.tenant_id and k.key_hash = u.key_hash
    join tenants t on t.id = u.tenant_id
    left join pricing_rules r on r.id = u.pricing_rule_id
    where u.tenant_id = ${tx.tenantId} and u.id = ${id}`;
  return row ? recordFromRow(row) : null;
}
