import { z } from "zod";
import { platformProviderCreate, platformProviderPatch } from "#domain/ai/provider-input.ts";
import { paging } from "#domain/core/paging.ts";
import { text } from "#domain/core/text.ts";
import { tenantCreate, tenantList, tenantPatch, testClock } from "#domain/platform/tenant-input.ts";
import { actorLabel } from "#server/trpc/context.ts";
import { platformMutation, platformQuery, router, tenantQuery } from "#server/trpc/procedures.ts";
import {
  archivePlatformProvider,
  createPlatformProvider,
  getPlatformProvider,
  listPlatformProviders,
  updatePlatformProvider,
} from "./ai-providers.ts";
import {
  getJournalEntry,
  getMail,
  getSystemEvent,
  listJournal,
  listMail,
  listSystemEvents,
  replayJournalEntry,
  resolveSystemEvent,
} from "./logs.ts";
import { setTestClock } from "./set-test-clock.ts";
import { getTenant, listTenants, openTenant, setTenantStatus, updateTenant } from "./tenants.ts";

const id = z.uuid();
const byId = z.strictObject({ id });
const ofTenant = { ...paging, tenantId: id.optional() };

export const tenantsRouter = router({
  list: platformQuery({ route: "GET /tenants", summary: "List tenants" })
    .input(tenantList)
    .query(({ input }) => listTenants(input)),
  get: platformQuery({ route: "GET /tenants/{id}", summary: "Read a tenant" })
    .input(byId)
    .query(({ input }) => getTenant(input.id)),
  create: platformMutation({
    route: "POST /tenants",
    summary: "Make a tenant; the answer has its API key, this once",
    status: 201,
    example: {
      name: "Northwind",
      slug: "northwind",
      sandbox: true,
      currency: "USD",
      timezone: "Europe/Berlin",
      owner: { email: "owner@northwind.example", name: "Ada Owner" },
    },
  })
    .input(tenantCreate)
    .mutation(({ ctx, input }) => openTenant(ctx, input)),
  update: platformMutation({
    route: "PATCH /tenants/{id}",
    summary: "Change a tenant: its monthly budget for AI",
    example: { aiMonthlyBudget: "50.00" },
  })
    .input(tenantPatch)
    .mutation(({ ctx, input }) => updateTenant(ctx, input)),
  suspend: platformMutation({
    route: "POST /tenants/{id}/suspend",
    summary: "Suspend a tenant: it can be read and not changed",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => setTenantStatus(ctx, input.id, "suspended")),
  resume: platformMutation({
    route: "POST /tenants/{id}/resume",
    summary: "Resume a suspended tenant",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => setTenantStatus(ctx, input.id, "active")),
  cancel: platformMutation({
    route: "POST /tenants/{id}/cancel",
    summary: "Close a tenant; its keys and sign-ins end",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => setTenantStatus(ctx, input.id, "cancelled")),
  testClock: platformMutation({
    route: "POST /tenants/{id}/test-clock",
    summary: "Set a sandbox tenant's clock; everything then due happens",
    example: { now: "2025-01-29T15:00:00.000Z" },
  })
    .input(testClock)
    .mutation(({ ctx, input }) => setTestClock(ctx, input)),
});

export const platformAiProvidersRouter = router({
  list: platformQuery({ route: "GET /ai-providers", summary: "List the platform's own AI providers" })
    .input(z.strictObject(ofTenant))
    .query(({ input }) => listPlatformProviders(input)),
  get: platformQuery({
    route: "GET /ai-providers/{id}",
    summary: "Read one of the platform's AI providers",
  })
    .input(byId)
    .query(({ input }) => getPlatformProvider(input.id)),
  create: platformMutation({
    route: "POST /ai-providers",
    summary: "Add a provider of the platform's, for all tenants or for one",
    status: 201,
    example: { name: "OpenAI", type: "openai", apiKey: "sk-…", model: "gpt-4", priority: 10 },
  })
    .input(platformProviderCreate)
    .mutation(({ input }) => createPlatformProvider(input)),
  update: platformMutation({
    route: "PATCH /ai-providers/{id}",
    summary: "Change one of the platform's AI providers",
    example: { priority: 5, settings: { temperature: 0.2 } },
  })
    .input(platformProviderPatch)
    .mutation(({ input }) => updatePlatformProvider(input)),
  archive: platformMutation({
    route: "DELETE /ai-providers/{id}",
    summary: "Take one of the platform's AI providers out of service",
  })
    .input(byId)
    .mutation(({ input }) => archivePlatformProvider(input.id)),
});

export const mailRouter = router({
  list: platformQuery({ route: "GET /mail", summary: "List mail that was sent or kept" })
    .input(z.strictObject(ofTenant))
    .query(({ input }) => listMail(input)),
  get: platformQuery({ route: "GET /mail/{id}", summary: "Read a mail" })
    .input(byId)
    .query(({ input }) => getMail(input.id)),
});

export const webhookJournalRouter = router({
  list: platformQuery({ route: "GET /webhook-journal", summary: "List webhook requests as they came" })
    .input(z.strictObject({ ...ofTenant, channelId: id.optional(), status: text(20).optional() }))
    .query(({ input }) => listJournal(input)),
  get: platformQuery({ route: "GET /webhook-journal/{id}", summary: "Read a webhook request, whole" })
    .input(byId)
    .query(({ input }) => getJournalEntry(input.id)),
  replay: platformMutation({
    route: "POST /webhook-journal/{id}/replay",
    summary: "Work a webhook request off again; nothing is doubled",
    example: {},
  })
    .input(byId)
    .mutation(({ input }) => replayJournalEntry(input.id)),
});

export const platformSystemEventsRouter = router({
  list: platformQuery({ route: "GET /system-events", summary: "List what the platform noticed" })
    .input(z.strictObject({ ...ofTenant, resolved: z.boolean().optional() }))
    .query(({ input }) => listSystemEvents(input)),
  get: platformQuery({ route: "GET /system-events/{id}", summary: "Read what the platform noticed" })
    .input(byId)
    .query(({ input }) => getSystemEvent(input.id)),
  resolve: platformMutation({
    route: "POST /system-events/{id}/resolve",
    summary: "Mark an event as dealt with",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => resolveSystemEvent(input.id, actorLabel(ctx.principal))),
});

/** What the house noticed about one tenant, for that tenant. */
export const systemEventsRouter = router({
  list: tenantQuery("audit.view", {
    route: "GET /system-events",
    summary: "List what was noticed about this workspace",
  })
    .input(z.strictObject({ ...paging, resolved: z.boolean().optional() }))
    .query(({ ctx, input }) => listSystemEvents({ ...input, tenantId: ctx.actor.tenantId })),
  get: tenantQuery("audit.view", {
    route: "GET /system-events/{id}",
    summary: "Read what was noticed about this workspace",
  })
    .input(byId)
    .query(({ ctx, input }) => getSystemEvent(input.id, ctx.actor.tenantId)),
});
