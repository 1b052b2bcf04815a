import { withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { appendOutbox, wakeRelay } from "#server/runtime/outbox.ts";
import type { Actor } from "#server/trpc/context.ts";
import { type CustomerRow, customerView, readCustomer } from "./customer-view.ts";

/**
 * Makes two customers one: addresses and conversations of `fromCustomerId` move to `id`, the count of conversations
 * adds up, tags and fields join (the staying one's win), gaps in contact data are filled. Throws `not_found`.
 */
export async function mergeCustomers(
  actor: Actor,
  { id, fromCustomerId }: { id: string; fromCustomerId: string },
) {
  const { tenantId } = actor;
  if (id === fromCustomerId)
    throw new AppError(
      "invalid",
      "customers.merge_itself",
      "fromCustomerId: a customer cannot be merged into itself.",
    );
  const row = await withTenant(tenantId, async (tx) => {
    // Both rows in the order of their ids, so that two merges never wait for each other crosswise.
    const locked = new Map<string, CustomerRow>();
    for (const one of [id, fromCustomerId].sort()) locked.set(one, await readCustomer(tx, one, true));
    const other = locked.get(fromCustomerId) as CustomerRow;
    await tx.sql`update customer_identities set customer_id = ${id} where tenant_id = ${tenantId} and customer_id = ${fromCustomerId}`;
    await tx.sql`update conversations set customer_id = ${id}, updated_at = now() where tenant_id = ${tenantId} and customer_id = ${fromCustomerId}`;
    await tx.sql`update customers set merged_into_id = ${id}, archived_at = now(), external_id = null, conversation_count = 0, updated_at = now()
      where tenant_id = ${tenantId} and id = ${fromCustomerId}`;
    const rows = await tx.sql<CustomerRow[]>`
      update customers c set conversation_count = c.conversation_count + ${Number(other.conversation_count)},
        email = coalesce(c.email, ${other.email as string | null}), phone = coalesce(c.phone, ${other.phone as string | null}),
        external_id = coalesce(c.external_id, ${other.external_id as string | null}),
        language = coalesce(c.language, ${other.language as string | null}),
        tags = (select coalesce(array_agg(distinct tag), '{}') from unnest(c.tags || ${other.tags as string[]}::text[]) tag),
        custom_fields = ${JSON.stringify(other.custom_fields)}::jsonb || c.custom_fields,
        first_contact_at = least(c.first_contact_at, ${other.first_contact_at as string | null}::timestamptz),
        last_contact_at = greatest(c.last_contact_at, ${other.last_contact_at as string | null}::timestamptz), updated_at = now()
      where c.tenant_id = ${tenantId} and c.id = ${id} returning *`;
    await recordAudit(tx, actor, {
      action: "merge",
      subjectType: "customers",
      subjectId: id,
      after: { fromCustomerId, conversations: Number(other.conversation_count) },
    });
    await appendOutbox(tx, [
      { tenantId, name: "customer.merged", payload: { customerId: id, fromCustomerId } },
    ]);
    return rows[0] as CustomerRow;
  });
  wakeRelay();
  return customerView(row);
}
