import { randomUUID } from "node:crypto";
import { type TenantTransaction, withTenant, writeTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { once } from "#server/runtime/process.ts";

/** How long a turn may go without a sign of life before another process takes the conversation over. */
export const LEASE_SECONDS = 15;

/** A new turn's name on the leases it takes; two turns of one process are two owners. */
export function newLeaseOwner(): string {
  const counter = once("inbox.leases", () => ({ process: randomUUID().slice(0, 8), turns: 0 }));
  counter.turns += 1;
  return `${counter.process}-${counter.turns}`;
}

/** Takes a conversation's lease when it is free, run out or ours; false when a living turn holds it. */
export async function takeLease(tenantId: TenantId, conversationId: string, owner: string): Promise<boolean> {
  const rows = await withTenant(
    tenantId,
    (tx) => tx.sql`
    update conversations set lease_owner = ${owner}, lease_expires_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where tenant_id = ${tenantId} and id = ${conversationId}
      and (lease_owner is null or lease_owner = ${owner} or lease_expires_at < clock_timestamp())
    returning id`,
  );
  return rows.length > 0;
}

/**
 * Keeps a lease alive while a slow effect runs; call the returned function when it is over. Fires only for effects
 * that take longer than a third of the lease.
 */
export function keepLease(tenantId: TenantId, conversationId: string, owner: string): () => void {
  const renew = () =>
    withTenant(
      tenantId,
      (tx) => tx.sql`
      update conversations set lease_expires_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
      where tenant_id = ${tenantId} and id = ${conversationId} and lease_owner = ${owner}`,
    ).catch(() => undefined);
  const timer = setInterval(renew, (LEASE_SECONDS * 1000) / 3);
  return () => clearInterval(timer);
}

/**
 * Gives the lease back unless something waits in the queue; true when it is ours no more. The row lock first, then a
 * look with a fresh snapshot: a message that arrives meanwhile is either seen here, or its own transaction finds the
 * lease free. Two statements, sent at once.
 */
export async function giveLeaseBack(
  tx: TenantTransaction,
  conversationId: string,
  owner: string,
): Promise<boolean> {
  const { tenantId } = tx;
  const locked = tx.sql`select lease_owner from conversations
    where tenant_id = ${tenantId} and id = ${conversationId} for update`.execute();
  const released = tx.sql`
    update conversations set lease_owner = null, lease_expires_at = null
    where tenant_id = ${tenantId} and id = ${conversationId} and lease_owner = ${owner}
      and not exists (select from conversation_inbox where tenant_id = ${tenantId}
        and conversation_id = ${conversationId} and handled_at is null)
    returning id`.execute();
  const [held, rows] = await Promise.all([locked, released]);
  // Somebody else's lease is no business of ours any more.
  return rows.length > 0 || held[0]?.lease_owner !== owner;
}

/** `giveLeaseBack` in a transaction of its own. */
export async function releaseLease(
  tenantId: TenantId,
  conversationId: string,
  owner: string,
): Promise<boolean> {
  const [free] = await writeTenant<[boolean]>(tenantId, (tx) => [giveLeaseBack(tx, conversationId, owner)]);
  return free;
}
