import { z } from "zod";
import { paging } from "#domain/core/paging.ts";
import { templateCreate, templatePatch } from "#domain/inbox/template-input.ts";
import { router, tenantMutation, tenantQuery } from "#server/trpc/procedures.ts";
import {
  archiveTemplate,
  createTemplate,
  getTemplate,
  listTemplates,
  updateTemplate,
} from "./save-template.ts";

const byId = z.strictObject({ id: z.uuid() });

export const templatesRouter = router({
  list: tenantQuery("templates.view", { route: "GET /templates", summary: "List message templates" })
    .input(z.strictObject(paging))
    .query(({ ctx, input }) => listTemplates(ctx.actor, input)),
  get: tenantQuery("templates.view", { route: "GET /templates/{id}", summary: "Read a message template" })
    .input(byId)
    .query(({ ctx, input }) => getTemplate(ctx.actor, input.id)),
  create: tenantMutation("templates.edit", {
    route: "POST /templates",
    summary: "Add a message template",
    status: 201,
    example: {
      name: "Order Confirmation",
      variants: { en: "Your order #{{order_number}} has been confirmed!" },
      variables: [{ name: "order_number", type: "string", sample: "12345" }],
    },
  })
    .input(templateCreate)
    .mutation(({ ctx, input }) => createTemplate(ctx.actor, input)),
  update: tenantMutation("templates.edit", {
    route: "PATCH /templates/{id}",
    summary: "Change a message template",
    example: { name: "Order confirmation, short" },
  })
    .input(templatePatch.extend({ id: z.uuid() }))
    .mutation(({ ctx, input: { id, ...change } }) => updateTemplate(ctx.actor, id, change)),
  archive: tenantMutation("templates.edit", {
    route: "DELETE /templates/{id}",
    summary: "Take a message template out of service",
  })
    .input(byId)
    .mutation(({ ctx, input }) => archiveTemplate(ctx.actor, input.id)),
});
