import { withTenant } from "#db/tenant.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import type { Actor } from "#server/trpc/context.ts";
import { readConversation } from "./conversation-view.ts";

/** What happened to a conversation, the newest first: opened, runs, hand-over, notes, changes by people. */
export async function listTimeline(
  actor: Actor,
  input: { id: string; limit: number; cursor?: string | undefined },
) {
  const after = decodeCursor(input.cursor, 2);
  const rows = await withTenant(actor.tenantId, async (tx) => {
    const { tenantId } = tx;
    await readConversation(tx, actor, input.id);
    const [at = null, id = null] = after ?? [];
    return tx.sql`
      select * from (
        select v.id, v.started_at as at, 'conversation_opened' as kind, null as actor, v.subject as label, null::jsonb as details
        from conversations v where v.tenant_id = ${tenantId} and v.id = ${input.id}
        union all
        select e.id, e.started_at, 'flow_started', 'bot', f.name, jsonb_build_object('flowId', e.flow_id, 'version', e.flow_version)
        from flow_executions e join flows f on f.tenant_id = e.tenant_id and f.id = e.flow_id
        where e.tenant_id = ${tenantId} and e.conversation_id = ${input.id}
        union all
        select e.id, e.completed_at, 'flow_ended', 'bot', f.name, jsonb_build_object('status', e.status, 'outcome', e.outcome)
        from flow_executions e join flows f on f.tenant_id = e.tenant_id and f.id = e.flow_id
        where e.tenant_id = ${tenantId} and e.conversation_id = ${input.id} and e.completed_at is not null
        union all
        select n.id, n.created_at, 'note_added', n.author_label, n.content, null
        from conversation_notes n where n.tenant_id = ${tenantId} and n.conversation_id = ${input.id}
        union all
        select a.id, a.occurred_at, 'conversation_' || a.action, a.actor_type || coalesce(':' || a.actor_id, ''), null, a.after
        from audit_log a where a.tenant_id = ${tenantId} and a.subject_type = 'conversations' and a.subject_id = ${input.id}
          and a.action <> 'create'
      ) t where ${at}::timestamptz is null or (date_trunc('milliseconds', t.at), t.id) < (${at}::timestamptz, ${id}::uuid)
      order by date_trunc('milliseconds', t.at) desc, t.id desc limit ${input.limit + 1}`;
  });
  return toPage(
    rows,
    input.limit,
    (row) => [String(row.at), String(row.id)],
    (row) => ({
      id: String(row.id),
      at: String(row.at),
      kind: String(row.kind),
      actor: (row.actor as string | null) ?? null,
      label: (row.label as string | null) ?? null,
      details: (row.details as Record<string, unknown> | null) ?? null,
    }),
  );
}
