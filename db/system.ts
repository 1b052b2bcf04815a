import { runTransaction, type Transaction } from "./transaction.ts";

const reads = new Map<string, number>();

/**
 * A transaction that sees every tenant (role `aurora_system`), for the platform's own work: sign-in, webhook doors,
 * the executor, staff deeds. `reason` says why in a few words and is counted; deeds of staff write the audit log.
 */
export async function withSystem<T>(reason: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  if (reason.length < 3) throw new Error("withSystem needs a reason.");
  reads.set(reason, (reads.get(reason) ?? 0) + 1);
  return runTransaction("begin; set local role aurora_system", work);
}

/** How often each reason opened a system transaction in this process. */
export function systemReasons(): ReadonlyMap<string, number> {
  return reads;
}
