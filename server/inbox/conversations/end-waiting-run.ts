import type { TenantTransaction } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";

/** The kind of timer a waiting run has; the flows' own word (`FLOW_WAIT`). */
const WAIT_TIMER = "flow.wait";

/**
 * Ends the run that waits for this customer's answer, because a person took over or the matter is closed: its wait and
 * timer end with it. A run that is being driven at this moment goes on to its next stop. Call it under the row lock.
 */
export async function endWaitingRun(
  tx: TenantTransaction,
  conversationId: string,
  outcome: "taken_over" | "closed",
  now: string,
): Promise<void> {
  const { tenantId } = tx;
  const ended = await tx.sql`
    with ended as (
      update flow_executions e set status = 'cancelled', outcome = ${outcome}, completed_at = ${now}, updated_at = now(),
        duration_ms = (extract(epoch from ${now}::timestamptz - e.started_at) * 1000)::bigint
      where e.tenant_id = ${tenantId} and e.conversation_id = ${conversationId} and e.status = 'waiting' and exists (
        select from conversations v where v.tenant_id = ${tenantId} and v.id = ${conversationId}
          and (v.lease_owner is null or v.lease_expires_at < clock_timestamp()))
      returning e.id, e.flow_id, e.current_node_key
    ), waits as (
      update waitpoints w set status = 'cancelled', resolved_at = ${now} from ended
      where w.tenant_id = ${tenantId} and w.execution_id = ended.id and w.status = 'waiting'
    ), stopped as (
      update timers t set state = 'cancelled', settled_at = clock_timestamp() from ended
      where t.tenant_id = ${tenantId} and t.kind = ${WAIT_TIMER} and t.subject_id = ended.id::text and t.state = 'scheduled'
    )
    select id, flow_id, current_node_key from ended`;
  for (const run of ended) {
    const payload = {
      executionId: run.id,
      conversationId,
      flowId: run.flow_id,
      status: "cancelled",
      currentNodeId: run.current_node_key,
    };
    await tx.sql`insert into outbox (id, tenant_id, name, payload)
      values (${newId()}, ${tenantId}, 'flow.completed', ${JSON.stringify(payload)})`;
  }
}
