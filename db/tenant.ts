import { isUuid } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { runTransaction, type Transaction } from "./transaction.ts";

export type TenantTransaction = Transaction & { readonly tenantId: TenantId };

/**
 * The only way to tenant rows: opens a transaction as role `aurora_app` with the tenant set, so that row security
 * shows this tenant and nothing else whatever a statement says.
 */
export async function withTenant<T>(
  tenantId: TenantId,
  work: (tx: TenantTransaction) => Promise<T>,
): Promise<T> {
  if (!isUuid(tenantId)) throw new Error("withTenant needs a proven tenant id.");
  return runTransaction(`begin; set local role aurora_app; set local app.tenant = '${tenantId}'`, (tx) =>
    work({
      sql: tx.sql,
      get db() {
        return tx.db;
      },
      tenantId,
    }),
  );
}
