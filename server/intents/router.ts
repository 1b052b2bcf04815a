import { z } from "zod";
import { intentCreate, intentPatch } from "#domain/ai/intent-input.ts";
import { paging } from "#domain/core/paging.ts";
import { text } from "#domain/core/text.ts";
import { router, tenantMutation, tenantQuery } from "#server/trpc/procedures.ts";
import {
  archiveIntent,
  classifyText,
  createIntent,
  getIntent,
  listIntents,
  updateIntent,
} from "./save-intent.ts";

const byId = z.strictObject({ id: z.uuid() });

export const intentsRouter = router({
  list: tenantQuery("intents.view", { route: "GET /intents", summary: "List intents" })
    .input(z.strictObject(paging))
    .query(({ ctx, input }) => listIntents(ctx.actor, input)),
  get: tenantQuery("intents.view", { route: "GET /intents/{id}", summary: "Read an intent" })
    .input(byId)
    .query(({ ctx, input }) => getIntent(ctx.actor, input.id)),
  create: tenantMutation("intents.edit", {
    route: "POST /intents",
    summary: "Add an intent",
    status: 201,
    example: {
      name: "return_request",
      description: "The customer wants to send something back.",
      examples: ["I need help with a return"],
    },
  })
    .input(intentCreate)
    .mutation(({ ctx, input }) => createIntent(ctx.actor, input)),
  update: tenantMutation("intents.edit", {
    route: "PATCH /intents/{id}",
    summary: "Change an intent",
    example: { examples: ["I need help with a return", "How do I send this back?"], threshold: 0.6 },
  })
    .input(intentPatch.extend({ id: z.uuid() }))
    .mutation(({ ctx, input: { id, ...change } }) => updateIntent(ctx.actor, id, change)),
  archive: tenantMutation("intents.edit", {
    route: "DELETE /intents/{id}",
    summary: "Take an intent out of service",
  })
    .input(byId)
    .mutation(({ ctx, input }) => archiveIntent(ctx.actor, input.id)),
  classify: tenantMutation("intents.view", {
    route: "POST /intents/classify",
    summary: "Try a sentence on the offline classifier",
    example: { text: "I need help with a return" },
  })
    .input(z.strictObject({ text: text(4000) }))
    .mutation(({ ctx, input }) => classifyText(ctx.actor, input.text)),
});
