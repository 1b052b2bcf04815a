import { z } from "zod";
import { paging } from "#domain/core/paging.ts";
import {
  customerCreate,
  customerList,
  customerMerge,
  customerPatch,
} from "#domain/customers/customer-input.ts";
import { router, tenantMutation, tenantQuery } from "#server/trpc/procedures.ts";
import { eraseCustomer } from "./erase-customer.ts";
import { exportCustomer } from "./export-customer.ts";
import { mergeCustomers } from "./merge-customers.ts";
import { getCustomer, listCustomers, listIdentities } from "./read-customers.ts";
import { archiveCustomer, createCustomer, updateCustomer } from "./save-customer.ts";

const byId = z.strictObject({ id: z.uuid() });

export const customersRouter = router({
  list: tenantQuery("customers.view", {
    route: "GET /customers",
    summary: "List customers, or search them by part of name, e-mail or phone",
  })
    .input(customerList)
    .query(({ ctx, input }) => listCustomers(ctx.actor, input)),
  get: tenantQuery("customers.view", { route: "GET /customers/{id}", summary: "Read a customer" })
    .input(byId)
    .query(({ ctx, input }) => getCustomer(ctx.actor, input.id)),
  create: tenantMutation("customers.edit", {
    route: "POST /customers",
    summary: "Add a customer; a name alone suffices",
    status: 201,
    example: { name: "John Doe", email: "john@example.com", phone: "+12025550142", tags: ["vip"] },
  })
    .input(customerCreate)
    .mutation(({ ctx, input }) => createCustomer(ctx.actor, input)),
  update: tenantMutation("customers.edit", {
    route: "PATCH /customers/{id}",
    summary: "Change a customer; what is not named stays",
    example: { language: "en", customFields: { size: "L" } },
  })
    .input(customerPatch.extend({ id: z.uuid() }))
    .mutation(({ ctx, input: { id, ...patch } }) => updateCustomer(ctx.actor, id, patch)),
  archive: tenantMutation("customers.delete", {
    route: "DELETE /customers/{id}",
    summary: "Put a customer away",
  })
    .input(byId)
    .mutation(({ ctx, input }) => archiveCustomer(ctx.actor, input.id)),
  merge: tenantMutation("customers.delete", {
    route: "POST /customers/{id}/merge",
    summary: "Move another customer's addresses and conversations to this one",
    example: { fromCustomerId: "01930b6e-7a00-7000-8000-000000000003" },
  })
    .input(customerMerge)
    .mutation(({ ctx, input }) => mergeCustomers(ctx.actor, input)),
  export: tenantQuery("customers.export", {
    route: "GET /customers/{id}/export",
    summary: "Everything held about a customer, in one answer",
  })
    .input(byId)
    .query(({ ctx, input }) => exportCustomer(ctx.actor, input.id)),
  erase: tenantMutation("customers.delete", {
    route: "POST /customers/{id}/erase",
    summary: "Erase a person for good; amounts stay",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => eraseCustomer(ctx.actor, input.id)),
  identities: tenantQuery("customers.view", {
    route: "GET /customers/{id}/identities",
    summary: "List the addresses by which a customer is known",
  })
    .input(z.strictObject({ id: z.uuid(), ...paging }))
    .query(({ ctx, input }) => listIdentities(ctx.actor, input)),
});
