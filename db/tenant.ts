import { isUuid } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { doorPool } from "./client.ts";
import { runPipelined, runTransaction, type Sent, type Transaction } from "./transaction.ts";

export type TenantTransaction = Transaction & { readonly tenantId: TenantId };

const preambleOf = (tenantId: TenantId) => {
  if (!isUuid(tenantId)) throw new Error("withTenant needs a proven tenant id.");
  return `begin; set local role aurora_app; set local app.tenant = '${tenantId}'`;
};

const scoped = (tx: Transaction, tenantId: TenantId): TenantTransaction => ({
  sql: tx.sql,
  get db() {
    return tx.db;
  },
  tenantId,
});

/**
 * The only way to tenant rows: opens a transaction as role `aurora_app` with the tenant set, so that row security
 * shows this tenant and nothing else whatever a statement says.
 */
export async function withTenant<T>(
  tenantId: TenantId,
  work: (tx: TenantTransaction) => Promise<T>,
): Promise<T> {
  return runTransaction(preambleOf(tenantId), (tx) => work(scoped(tx, tenantId)));
}

/**
 * `withTenant` for work that ends in statements which do not wait for each other's answers: they travel with the
 * commit, in one round trip. `work` returns their promises and gets their results. A statement that is sent only
 * after one of them was answered falls outside the transaction and is refused by the server.
 */
export async function writeTenant<T extends readonly unknown[]>(
  tenantId: TenantId,
  work: (tx: TenantTransaction) => Sent<T> | Promise<Sent<T>>,
): Promise<T> {
  return runPipelined<T>(preambleOf(tenantId), (tx) => work(scoped(tx, tenantId)));
}

/** `writeTenant` ahead of all other work, on connections kept for it: for what answers somebody who waits outside. */
export async function writeTenantAhead<T extends readonly unknown[]>(
  tenantId: TenantId,
  work: (tx: TenantTransaction) => Sent<T> | Promise<Sent<T>>,
): Promise<T> {
  return runPipelined<T>(preambleOf(tenantId), (tx) => work(scoped(tx, tenantId)), doorPool);
}
