import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { getFlowVersion } from "#server/flows/run/flow-catalogue.ts";

type Row = Record<string, unknown>;

const TASKS: Record<string, string> = {
  classify: "Find the intent",
  extract: "Extract",
  choose: "Choose a branch",
  generate: "Write a text",
};

const byId = (rows: readonly Row[]) => new Map(rows.map((row) => [String(row.id), row]));

async function read(tenantId: TenantId, ids: readonly (string | null)[], table: "v" | "m" | "r") {
  const wanted = ids.filter((id) => id !== null);
  if (wanted.length === 0) return new Map<string, Row>();
  const rows = await withTenant(tenantId, (tx) => {
    if (table === "v")
      return tx.sql<
        Row[]
      >`select v.id, c.name as customer_name, h.type as channel_type, v.started_at from conversations v
        join customers c on c.tenant_id = v.tenant_id and c.id = v.customer_id
        join channels h on h.tenant_id = v.tenant_id and h.id = v.channel_id
        where v.tenant_id = ${tenantId} and v.id = any(${wanted}::uuid[])`;
    if (table === "m")
      return tx.sql<Row[]>`select m.id, m.role, left(m.content, 80) as preview, m.sent_at from messages m
        where m.tenant_id = ${tenantId} and m.id = any(${wanted}::uuid[])`;
    return tx.sql<
      Row[]
    >`select r.usage_record_id as id, r.task, r.node_key, r.duration_ms, e.flow_version_id from ai_responses r
      left join flow_executions e on e.tenant_id = r.tenant_id and e.id = r.flow_execution_id
      where r.tenant_id = ${tenantId} and r.conversation_id in (select distinct u.conversation_id from usage_breakdown u
        where u.tenant_id = ${tenantId} and u.id = any(${wanted}::uuid[])) and r.usage_record_id = any(${wanted}::uuid[])`;
  });
  return byId(rows);
}

/** Adds to rows of conversations who they were with, where and when. */
export async function nameConversations<T extends { conversationId: string | null }>(
  tenantId: TenantId,
  rows: readonly T[],
) {
  const known = await read(
    tenantId,
    rows.map((row) => row.conversationId),
    "v",
  );
  return rows.map((row) => {
    const one = known.get(row.conversationId ?? "");
    return {
      ...row,
      customerName: (one?.customer_name as string | undefined) ?? null,
      channelType: (one?.channel_type as string | undefined) ?? null,
      startedAt: (one?.started_at as string | undefined) ?? null,
    };
  });
}

/** Adds to rows of messages who spoke, how it began and when. */
export async function nameMessages<T extends { messageId: string | null }>(
  tenantId: TenantId,
  rows: readonly T[],
) {
  const known = await read(
    tenantId,
    rows.map((row) => row.messageId),
    "m",
  );
  return rows.map((row) => {
    const one = known.get(row.messageId ?? "");
    return {
      ...row,
      role: (one?.role as string | undefined) ?? null,
      preview: (one?.preview as string | undefined) ?? null,
      sentAt: (one?.sent_at as string | undefined) ?? null,
    };
  });
}

/** Adds to records of model calls which step asked and how long it took. */
export async function nameRecords<T extends { id: string }>(tenantId: TenantId, rows: readonly T[]) {
  const known = await read(
    tenantId,
    rows.map((row) => row.id),
    "r",
  );
  return Promise.all(
    rows.map(async (row) => {
      const one = known.get(row.id);
      const version = one?.flow_version_id
        ? await getFlowVersion(tenantId, String(one.flow_version_id))
        : null;
      const node = version?.snapshot.nodes.find((each) => each.key === one?.node_key);
      return {
        ...row,
        label: node?.name ?? TASKS[String(one?.task)] ?? null,
        durationMs: (one?.duration_ms as number | null | undefined) ?? null,
      };
    }),
  );
}
