import { withTenant } from "#db/tenant.ts";
import type { Actor } from "#server/trpc/context.ts";
import { withinReach } from "../conversations/conversation-view.ts";

/** Counting stops here; the screen then shows "999+". Only snoozed and resolved conversations ever pile up so high. */
const MOST = 1000;

/** How many conversations each view of the inbox holds, and the active ones of each channel type; one round trip. */
export async function getInboxCounts(actor: Actor) {
  const me = actor.principal.kind === "user" ? actor.principal.userId : null;
  const [views, piles, channels] = await withTenant(actor.tenantId, (tx) => {
    const active = tx.sql`v.tenant_id = ${tx.tenantId} and v.status in ('open', 'pending', 'escalated')
      and ${withinReach(tx, actor)}`;
    const pile = (status: string) => tx.sql`(select count(*)::int from (select 1 from conversations v
      where v.tenant_id = ${tx.tenantId} and v.status = ${status} and ${withinReach(tx, actor)} limit ${MOST}) x)`;
    return Promise.all([
      tx.sql`select count(*)::int as open, count(*) filter (where v.assignee_id = ${me})::int as mine,
          count(*) filter (where v.assignee_id is null and v.handler = 'agent')::int as unassigned,
          count(*) filter (where v.handler = 'bot')::int as bot, count(*) filter (where v.status = 'escalated')::int as escalated
        from conversations v where ${active}`,
      tx.sql`select ${pile("snoozed")} as snoozed, ${pile("resolved")} as resolved`,
      tx.sql`select h.type, coalesce(sum(x.n), 0)::int as count from channels h
        left join (select v.channel_id, count(*)::int as n from conversations v where ${active} group by 1) x on x.channel_id = h.id
        where h.tenant_id = ${tx.tenantId} and h.archived_at is null group by h.type order by 2 desc, 1`,
    ]);
  });
  const count = (name: string) => Number(views[0]?.[name] ?? piles[0]?.[name] ?? 0);
  return {
    views: {
      mine: count("mine"),
      unassigned: count("unassigned"),
      bot: count("bot"),
      open: count("open"),
      escalated: count("escalated"),
      snoozed: count("snoozed"),
      resolved: count("resolved"),
    },
    channels: channels.map((row) => ({ type: String(row.type), count: Number(row.count) })),
  };
}
