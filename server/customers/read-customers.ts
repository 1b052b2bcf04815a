import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import type { customerList } from "#domain/customers/customer-input.ts";
import type { Actor } from "#server/trpc/context.ts";
import { type CustomerRow, customerView, readCustomer } from "./customer-view.ts";
import { searchCustomerIds } from "./search-customers.ts";

/** Customers, the newest first; with `search`, those whose name, e-mail or phone holds it. */
export async function listCustomers(actor: Actor, input: z.output<typeof customerList>) {
  const { tenantId } = actor;
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const most = input.limit + 1;
  const found = input.search ? await searchCustomerIds(tenantId, input.search, after, most) : null;
  const rows = await withTenant(tenantId, (tx) =>
    found
      ? tx.sql<
          CustomerRow[]
        >`select * from customers where tenant_id = ${tenantId} and id = any(${found}::uuid[])
          and archived_at is null order by id desc`
      : tx.sql<CustomerRow[]>`select * from customers where tenant_id = ${tenantId} and archived_at is null
          and (${after}::uuid is null or id < ${after}::uuid) order by id desc limit ${most}`,
  );
  return toPage(rows, input.limit, (row) => [String(row.id)], customerView);
}

/** One customer. Throws `not_found`, also for one that is archived or was merged into another. */
export async function getCustomer(actor: Actor, id: string) {
  return customerView(await withTenant(actor.tenantId, (tx) => readCustomer(tx, id)));
}

/** The addresses by which a customer is known, one per channel address. */
export async function listIdentities(
  actor: Actor,
  input: { id: string; limit: number; cursor?: string | undefined },
) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const rows = await withTenant(actor.tenantId, async (tx) => {
    await readCustomer(tx, input.id);
    return tx.sql<CustomerRow[]>`
      select i.*, h.type as channel_type, h.name as channel_name,
        (select max(v.last_inbound_at) from conversations v where v.tenant_id = i.tenant_id and v.customer_id = i.customer_id
          and v.identity_id = i.id) as last_heard
      from customer_identities i join channels h on h.tenant_id = i.tenant_id and h.id = i.channel_id
      where i.tenant_id = ${tx.tenantId} and i.customer_id = ${input.id} and (${after}::uuid is null or i.id > ${after}::uuid)
      order by i.id limit ${input.limit + 1}`;
  });
  return toPage(rows, input.limit, (row) => [String(row.id)], identityView);
}

function identityView(row: CustomerRow) {
  const text = (name: string) => (row[name] as string | null) ?? null;
  return {
    id: String(row.id),
    customerId: String(row.customer_id),
    channelId: String(row.channel_id),
    channelType: String(row.channel_type),
    channelName: String(row.channel_name),
    address: String(row.address),
    scopedUserId: text("scoped_user_id"),
    displayName: text("display_name"),
    lastInboundAt: text("last_heard"),
    createdAt: String(row.created_at),
  };
}
