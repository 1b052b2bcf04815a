import { setTimeout as pause } from "node:timers/promises";
import { withSystem } from "#db/system.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { relayRuns } from "./outbox.ts";

const POLL_MS = 25;

/** Facts of the tenant that are not told yet, and jobs about them that are to run now. */
async function countAtWork(tenantId: TenantId): Promise<number> {
  const [row] = await withSystem(
    "settle a tenant",
    (tx) => tx.sql`
      select (select count(*) from outbox where tenant_id = ${tenantId} and state <> 'published')
        + (select count(*) from durable_jobs j join durable_runs r on r.id = j.run_id
          where j.due_at <= clock_timestamp() + interval '1 second' and strpos(r.events::text, ${tenantId}) > 0) as n`,
  );
  return Number(row?.n);
}

/**
 * Waits until what the tenant's facts began in the background is done, at most `withinMs`; jobs that wait to be tried
 * again later are not waited for. At once where this process relays nothing. A job server of its own is not looked into.
 */
export async function settleTenant(tenantId: TenantId, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  while (relayRuns() && (await countAtWork(tenantId)) > 0 && Date.now() < until) await pause(POLL_MS);
}
