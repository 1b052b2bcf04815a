import type { TenantTransaction } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { getFlowVersion, type LiveVersion } from "#server/flows/run/flow-catalogue.ts";
import { memberNames } from "#server/people/member-names.ts";

export type MessageRow = Record<string, unknown>;
export type MessageCalls = { count: number; tokens: number; clientPrice: string };
export type MessageButton = { id: string; title: string };

const NO_CALLS: MessageCalls = { count: 0, tokens: 0, clientPrice: "0" };
const dict = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

/** Messages with their author, delivery and the version their run is on, as `select … from messages m …`. */
export const selectMessages = (tx: TenantTransaction) => tx.sql`
  select m.*, d.external_message_id, d.uncertain, d.error_reason, e.flow_version_id, t.currency
  from messages m
  join tenants t on t.id = m.tenant_id
  left join lateral (
    select cm.external_message_id, cm.uncertain, cm.error_reason from channel_messages cm
    where cm.tenant_id = m.tenant_id and cm.message_id = m.id order by cm.created_at desc limit 1
  ) d on true
  left join flow_executions e on e.tenant_id = m.tenant_id and e.id = m.flow_execution_id`;

/** Which button a customer pressed, where the provider said so. */
function pressedButton(payload: unknown): string | null {
  const given = dict(payload);
  const found =
    dict(given.button_reply).id ?? dict(given.list_reply).id ?? given.buttonId ?? (given.payload as unknown);
  return typeof found === "string" ? found : null;
}

/** What names a page's rows need: the versions that sent them (kept in memory for good) and the members who wrote. */
export type MessageNames = { versions: Map<string, LiveVersion>; members: ReadonlyMap<string, string> };

/** Reads the names that these rows need. */
export async function messageNames(tenantId: TenantId, rows: readonly MessageRow[]): Promise<MessageNames> {
  const ids = [...new Set(rows.flatMap((row) => (row.flow_version_id ? [String(row.flow_version_id)] : [])))];
  const byPeople = rows.some((row) => row.author_user_id !== null);
  const [versions, members] = await Promise.all([
    Promise.all(ids.map((id) => getFlowVersion(tenantId, id))),
    byPeople ? memberNames(tenantId) : new Map<string, string>(),
  ]);
  return { versions: new Map(versions.map((version) => [version.id, version])), members };
}

/** A message as the API and the inbox show it; `calls` are the model calls that led to it. */
export function messageView(row: MessageRow, names: MessageNames, calls?: MessageCalls) {
  const text = (name: string) => (row[name] as string | null | undefined) ?? null;
  const node = names.versions
    .get(String(row.flow_version_id))
    ?.snapshot.nodes.find((one) => one.key === row.node_key);
  const role = String(row.role) as "customer" | "assistant" | "agent" | "system";
  const buttons = dict(row.payload).buttons;
  const made = calls ?? NO_CALLS;
  return {
    id: String(row.id),
    conversationId: String(row.conversation_id),
    position: Number(row.position),
    role,
    authorUserId: text("author_user_id"),
    authorName: names.members.get(String(row.author_user_id)) ?? null,
    content: String(row.content),
    format: String(row.format),
    payload: {
      buttons: (role !== "customer" && Array.isArray(buttons) ? buttons : []) as MessageButton[],
      buttonId: role === "customer" ? pressedButton(row.payload) : null,
      details: row.payload ?? null,
    },
    status: String(row.status),
    uncertain: Boolean(row.uncertain),
    failure: row.status === "failed" ? (text("error_reason") ?? "It could not be delivered.") : null,
    externalMessageId: text("external_message_id"),
    replyToMessageId: text("reply_to_message_id"),
    intent: text("intent"),
    confidence: row.confidence === null ? null : Number(row.confidence),
    flowExecutionId: text("flow_execution_id"),
    nodeId: text("node_key"),
    nodeKey: text("node_key"),
    nodeName: node?.name ?? null,
    nodeType: node?.type ?? null,
    nodeMode: typeof node?.settings.mode === "string" ? node.settings.mode : null,
    callCount: made.count,
    tokensUsed: made.tokens,
    clientPrice: made.clientPrice,
    currency: text("currency") ?? "USD",
    editedAt: text("edited_at"),
    revokedAt: text("revoked_at"),
    sentAt: String(row.sent_at),
    createdAt: String(row.created_at),
  };
}

export type MessageView = ReturnType<typeof messageView>;
