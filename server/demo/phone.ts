import { withTenant } from "#db/tenant.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { demoMode } from "#server/runtime/demo-mode.ts";
import type { Actor } from "#server/trpc/context.ts";
import { demoPeers, keepPhones } from "./demo-peers.ts";

type Phone = { phoneNumberId: string; tenantName: string; customer: { name: string; phone: string } };

/** The workspace's WhatsApp number and the customer whose phone the simulator holds: the first one it ever had. */
async function findPhone(actor: Actor): Promise<Phone> {
  if (!(await demoMode())) throw notFound("demo_phone");
  const rows = await withTenant(
    actor.tenantId,
    (tx) => tx.sql`
      select h.settings ->> 'phoneNumberId' as number, t.name as tenant, c.name, c.phone from channels h
      join tenants t on t.id = h.tenant_id
      join lateral (select name, phone from customers c where c.tenant_id = h.tenant_id and c.phone is not null
        and c.archived_at is null order by c.id limit 1) c on true
      where h.tenant_id = ${actor.tenantId} and h.type = 'whatsapp' and h.archived_at is null
        and h.settings ->> 'apiBaseUrl' like 'self:/api/demo/%' order by h.id limit 1`,
  );
  const row = rows[0];
  if (!row) throw notFound("demo_phone");
  return {
    phoneNumberId: String(row.number),
    tenantName: String(row.tenant),
    customer: { name: String(row.name), phone: String(row.phone) },
  };
}

/** The customer's phone as the demo's "Meta" keeps it. Throws `not_found` where this workspace has none. */
export async function getDemoPhone(actor: Actor) {
  const { customer, tenantName } = await findPhone(actor);
  return {
    customerName: customer.name,
    phone: customer.phone,
    tenantName,
    messages: demoPeers()
      .whatsapp.thread(customer.phone)
      .map((message) => ({ ...message })),
  };
}

/**
 * The customer writes, or presses a button: the peer posts a signed webhook to the channel's public address, as Meta
 * does. Throws `unavailable` where that did not take it.
 */
export async function sayOnDemoPhone(actor: Actor, said: { text: string; buttonId?: string }) {
  const { phoneNumberId, customer } = await findPhone(actor);
  const sent = await demoPeers().whatsapp.customerSays(phoneNumberId, customer, said);
  keepPhones();
  if (sent.status !== 200) {
    const message = `The webhook answered ${sent.status}. Look at the channel's settings.`;
    throw new AppError("unavailable", "demo.webhook_refused", message);
  }
  return { externalMessageId: sent.id };
}
