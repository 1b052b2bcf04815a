import { z } from "zod";
import { aiProviderCreate, aiProviderPatch } from "#domain/ai/provider-input.ts";
import { paging } from "#domain/core/paging.ts";
import { router, tenantMutation, tenantQuery } from "#server/trpc/procedures.ts";
import { chooseDefaultProvider, getAiProvider, listAiProviders, testAiProvider } from "./read-providers.ts";
import { archiveAiProvider, createAiProvider, updateAiProvider } from "./save-provider.ts";

const byId = z.strictObject({ id: z.uuid() });

export const aiProvidersRouter = router({
  list: tenantQuery("ai.view", {
    route: "GET /ai-providers",
    summary: "List AI providers, own and the platform's",
  })
    .input(z.strictObject(paging))
    .query(({ ctx, input }) => listAiProviders(ctx.actor, input)),
  get: tenantQuery("ai.view", { route: "GET /ai-providers/{id}", summary: "Read an AI provider" })
    .input(byId)
    .query(({ ctx, input }) => getAiProvider(ctx.actor, input.id)),
  create: tenantMutation("ai.manage", {
    route: "POST /ai-providers",
    summary: "Connect an AI provider with your own key",
    status: 201,
    example: {
      name: "Primary GPT-4",
      type: "openai",
      apiKey: "sk-…",
      model: "gpt-4",
      isDefault: true,
      settings: { temperature: 0.7, maxTokens: 1000, topP: 1 },
    },
  })
    .input(aiProviderCreate)
    .mutation(({ ctx, input }) => createAiProvider(ctx.actor, input)),
  update: tenantMutation("ai.manage", {
    route: "PATCH /ai-providers/{id}",
    summary: "Change an AI provider",
    example: { model: "gpt-4", settings: { temperature: 0.2 } },
  })
    .input(aiProviderPatch.extend({ id: z.uuid() }))
    .mutation(({ ctx, input: { id, ...change } }) => updateAiProvider(ctx.actor, id, change)),
  archive: tenantMutation("ai.manage", {
    route: "DELETE /ai-providers/{id}",
    summary: "Take an AI provider out of service",
  })
    .input(byId)
    .mutation(({ ctx, input }) => archiveAiProvider(ctx.actor, input.id)),
  test: tenantMutation("ai.manage", {
    route: "POST /ai-providers/{id}/test",
    summary: "Ask the provider one small question",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => testAiProvider(ctx.actor, input.id)),
  chooseDefault: tenantMutation("ai.manage", {
    route: "POST /ai-providers/{id}/default",
    summary: "Make it the default",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => chooseDefaultProvider(ctx.actor, input.id)),
});
