import { withSystem } from "#db/system.ts";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { newId } from "#domain/core/id.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import type { Actor } from "#server/trpc/context.ts";

/** A tenant of a test's own. */
export async function makeTenant(
  given: { timezone?: string; currency?: string; taxRatePercent?: string; sandbox?: boolean } = {},
): Promise<TenantId> {
  const id = newId();
  await withSystem(
    "test fixture",
    (tx) => tx.sql`
      insert into tenants (id, name, slug, status, timezone, currency, billing_email, tax_rate_percent, sandbox)
      values (${id}, 'Test tenant', ${`t-${id}`}, 'active', ${given.timezone ?? "UTC"}, ${given.currency ?? "USD"},
        'billing@example.com', ${given.taxRatePercent ?? "0"}, ${given.sandbox ?? false})`,
  );
  return tenantIdFrom(id);
}

/** A provider price that has always been in force. */
export async function addPrice(price: {
  serviceType: string;
  provider: string;
  model: string;
  unit: string;
  parts: Record<string, string>;
}): Promise<string> {
  const id = newId();
  await withSystem("test fixture", async (tx) => {
    await tx.sql`insert into provider_prices (id, provider, model, service_type, currency, unit, parts, valid_from)
      values (${id}, ${price.provider}, ${price.model}, ${price.serviceType}, 'USD', ${price.unit},
        ${JSON.stringify(price.parts)}, '2020-01-01T00:00:00Z')`;
    await tx.sql`update pricing_state set version = version + 1`;
  });
  return id;
}

/** A markup rule without a start. */
export async function addRule(rule: {
  scope: string;
  tenantId?: string;
  planId?: string;
  serviceType?: string;
  markupPercent: string;
}): Promise<string> {
  const id = newId();
  await withSystem("test fixture", async (tx) => {
    await tx.sql`insert into pricing_rules (id, scope, tenant_ref, plan_id, service_type, markup_percent)
      values (${id}, ${rule.scope}, ${rule.tenantId ?? null}, ${rule.planId ?? null}, ${rule.serviceType ?? null},
        ${rule.markupPercent})`;
    await tx.sql`update pricing_state set version = version + 1`;
  });
  return id;
}

/** Reads or prepares rows as the tenant. */
export function readAs<T>(tenantId: TenantId, work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(tenantId, work);
}

/** How many rows of a table the tenant has. */
export async function countRows(tenantId: TenantId, table: string): Promise<number> {
  const [row] = await readAs(tenantId, (tx) => tx.sql`select count(*)::int as n from ${tx.sql(table)}`);
  return Number(row?.n);
}

/** An owner of the tenant who may do everything. */
export function makeActor(tenantId: TenantId): Actor {
  return {
    tenantId,
    principal: { kind: "api_key", keyId: newId(), name: "Test key" },
    role: "owner",
    allows: () => true,
    requestId: "test",
    ip: null,
    userAgent: null,
  };
}

/** A conversation with messages, for usage to hang on. */
export async function makeConversation(
  tenantId: TenantId,
  messages = 2,
): Promise<{ conversationId: string; messageIds: string[] }> {
  const conversationId = newId();
  const messageIds = Array.from({ length: messages }, () => newId());
  await withTenant(tenantId, async (tx) => {
    const customerId = newId();
    const channelId = newId();
    await tx.sql`insert into customers (tenant_id, id, name) values (${tenantId}, ${customerId}, 'John Doe')`;
    await tx.sql`insert into channels (tenant_id, id, type, name) values (${tenantId}, ${channelId}, 'api', ${channelId})`;
    await tx.sql`insert into conversations (tenant_id, id, customer_id, channel_id, session_key, started_at, last_message_at)
      values (${tenantId}, ${conversationId}, ${customerId}, ${channelId}, ${conversationId}, now(), now())`;
    for (const [i, id] of messageIds.entries()) {
      await tx.sql`insert into messages (tenant_id, id, conversation_id, position, role, content, status, sent_at)
        values (${tenantId}, ${id}, ${conversationId}, ${i + 1}, 'customer', 'Hello', 'received', now())`;
    }
  });
  return { conversationId, messageIds };
}

/** How many rows a table of the platform has. */
export async function countAll(table: string): Promise<number> {
  const [row] = await withSystem("test", (tx) => tx.sql`select count(*)::int as n from ${tx.sql(table)}`);
  return Number(row?.n);
}
