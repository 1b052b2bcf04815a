import { withSystem } from "#db/system.ts";
import { newId } from "#domain/core/id.ts";
import { logger } from "./logger.ts";

/** 0 info, 1 notice, 2 warning, 3 critical. */
export type Severity = 0 | 1 | 2 | 3;

export type SystemEvent = {
  kind: string;
  source: string;
  severity: Severity;
  message: string;
  tenantId?: string | null;
  details?: Record<string, unknown>;
};

/**
 * Tells staff about something. An open event of the same kind, source and tenant is counted up instead of repeated,
 * so that a flood of forged webhooks is one row.
 */
export async function recordSystemEvent(event: SystemEvent): Promise<void> {
  const { kind, source, severity, message, tenantId = null, details = {} } = event;
  logger.warn({ kind, source, severity, tenantId }, message);
  await withSystem(
    "record system event",
    (tx) => tx.sql`
    with open as (
      select id from system_events where kind = ${kind} and source = ${source} and resolved_at is null
        and tenant_ref is not distinct from ${tenantId} order by created_at desc limit 1 for update
    ), counted as (
      update system_events set count = count + 1, last_seen_at = now(), message = ${message},
        details = ${JSON.stringify(details)} where id in (select id from open) returning id
    )
    insert into system_events (id, tenant_ref, source, severity, kind, message, details)
    select ${newId()}, ${tenantId}, ${source}, ${severity}, ${kind}, ${message}, ${JSON.stringify(details)}
    where not exists (select from counted)`,
  );
}

/** Closes the open events of a kind and source: what they told of is over. */
export async function resolveSystemEvents(which: {
  kind: string;
  source: string;
  tenantId: string;
}): Promise<void> {
  const { kind, source, tenantId } = which;
  await withSystem(
    "resolve system events",
    (tx) => tx.sql`update system_events set resolved_at = now(), resolved_by = 'system'
      where kind = ${kind} and source = ${source} and tenant_ref = ${tenantId} and resolved_at is null`,
  );
}
