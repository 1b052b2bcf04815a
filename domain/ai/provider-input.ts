import { z } from "zod";
import { text } from "#domain/core/text.ts";
import { AI_PROVIDER_TYPES } from "./provider-type.ts";

export const providerSettings = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  maxTokens: z.number().int().min(1).max(200_000).optional(),
  topP: z.number().min(0).max(1).optional(),
  timeoutSeconds: z.number().int().min(1).max(600).optional(),
});

const shape = {
  name: text(120),
  type: z.enum(AI_PROVIDER_TYPES),
  apiBaseUrl: text(500)
    .nullable()
    .optional()
    .describe("Replaces the provider's documented base, version included."),
  apiKey: text(2000).nullable().optional().describe("Write-only; shown as a masked tail."),
  model: text(120),
  isDefault: z.boolean().optional(),
  priority: z.number().int().min(-1000).max(1000).optional(),
  active: z.boolean().optional(),
  settings: providerSettings.optional(),
};

export const aiProviderCreate = z.strictObject(shape);
export const aiProviderPatch = z.strictObject(shape).omit({ type: true }).partial();

/** The platform's own providers, for all tenants or one. */
export const platformProviderCreate = aiProviderCreate.extend({
  tenantId: z.uuid().nullable().optional().describe("One tenant's; left out: for all."),
});
export const platformProviderPatch = aiProviderPatch.extend({ id: z.uuid() });
