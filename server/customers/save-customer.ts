import type { z } from "zod";
import { withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { CustomerPatch, customerCreate } from "#domain/customers/customer-input.ts";
import { normalisePhone } from "#domain/customers/phone-number.ts";
import { requirePlanRoom } from "#server/billing/plan-limits.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { appendOutbox, wakeRelay } from "#server/runtime/outbox.ts";
import type { Actor } from "#server/trpc/context.ts";
import { type CustomerRow, customerView, readCustomer } from "./customer-view.ts";

function onTaken(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") {
    throw new AppError(
      "conflict",
      "customers.external_id_taken",
      "externalId: another customer has it already.",
    );
  }
  throw error;
}

const phoneOf = (phone: string | null | undefined) => (phone ? normalisePhone(phone) : (phone ?? null));

/** Adds a customer; a name alone suffices. Throws `conflict` where the external id is taken. */
export async function createCustomer(actor: Actor, input: z.output<typeof customerCreate>) {
  const { tenantId } = actor;
  const id = newId();
  const row = await withTenant(tenantId, async (tx) => {
    await requirePlanRoom(tx, "customers");
    const rows = await tx.sql<CustomerRow[]>`
      insert into customers (tenant_id, id, name, email, phone, external_id, language, status, source, tags, custom_fields)
      values (${tenantId}, ${id}, ${input.name}, ${input.email ?? null}, ${phoneOf(input.phone)}, ${input.externalId ?? null},
        ${input.language ?? null}, ${input.status ?? "active"}, 'api', ${input.tags ?? []}, ${JSON.stringify(input.customFields ?? {})})
      returning *`;
    await recordAudit(tx, actor, { action: "create", subjectType: "customers", subjectId: id });
    await appendOutbox(tx, [{ tenantId, name: "customer.created", payload: { customerId: id } }]);
    return rows[0] as CustomerRow;
  }).catch(onTaken);
  wakeRelay();
  return customerView(row);
}

/** Changes what is named and keeps the rest, also inside `customFields` (null takes a field away). */
export async function updateCustomer(actor: Actor, id: string, patch: CustomerPatch) {
  const { tenantId } = actor;
  const row = await withTenant(tenantId, async (tx) => {
    const before = customerView(await readCustomer(tx, id, true));
    const { phone, customFields, ...named } = patch;
    const next = { ...before, ...named, phone: phone === undefined ? before.phone : phoneOf(phone) };
    const fields = Object.entries({ ...before.customFields, ...customFields });
    const kept = Object.fromEntries(fields.filter(([, value]) => value !== null));
    const rows = await tx.sql<CustomerRow[]>`
      update customers set name = ${next.name}, email = ${next.email}, phone = ${next.phone}, external_id = ${next.externalId},
        language = ${next.language}, status = ${next.status}, tags = ${next.tags}, custom_fields = ${JSON.stringify(kept)}, updated_at = now()
      where tenant_id = ${tenantId} and id = ${id} returning *`;
    await recordAudit(tx, actor, {
      action: "update",
      subjectType: "customers",
      subjectId: id,
      after: { changed: Object.keys(patch) },
    });
    await appendOutbox(tx, [{ tenantId, name: "customer.updated", payload: { customerId: id } }]);
    return rows[0] as CustomerRow;
  }).catch(onTaken);
  wakeRelay();
  return customerView(row);
}

/** Puts a customer away: no list shows them; their conversations and records stay. */
export async function archiveCustomer(actor: Actor, id: string) {
  const { tenantId } = actor;
  const row = await withTenant(tenantId, async (tx) => {
    const before = await readCustomer(tx, id, true);
    await tx.sql`update customers set archived_at = now(), updated_at = now() where tenant_id = ${tenantId} and id = ${id}`;
    await recordAudit(tx, actor, { action: "archive", subjectType: "customers", subjectId: id });
    return before;
  });
  return customerView(row);
}
