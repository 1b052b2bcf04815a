import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { toPageOfAll } from "#domain/core/paging.ts";
import type { Actor } from "#server/trpc/context.ts";
import { insertAttempt, meterAttempt, openAttempt, performAttempt, settleAttempt } from "./ai-attempt.ts";
import { aiCatalogueChanged, getAiCatalogue } from "./ai-catalogue.ts";
import { type ProviderRow, providerView } from "./provider-view.ts";

async function readAiProviders(actor: Actor) {
  const { tenantId } = actor;
  const [own, defaults] = await withTenant(tenantId, (tx) =>
    Promise.all([
      tx.sql<
        ProviderRow[]
      >`select * from ai_providers where tenant_id = ${tenantId} and archived_at is null order by priority desc, id desc`,
      tx.sql`select provider_id from ai_defaults where tenant_id = ${tenantId} and task = 'all'`,
    ]),
  );
  const platform = await withSystem(
    "list platform ai providers",
    (tx) => tx.sql<ProviderRow[]>`
    select * from platform_ai_providers where archived_at is null and active and (tenant_ref is null or tenant_ref = ${tenantId}) order by priority desc, id desc`,
  );
  const chosen = defaults[0]?.provider_id;
  return [
    ...own.map((row) => providerView(row, { isDefault: row.id === chosen, platform: false })),
    ...platform.map((row) => providerView(row, { isDefault: row.id === chosen, platform: true })),
  ];
}

/** The tenant's own providers and the platform's that it may use, page by page. */
export async function listAiProviders(actor: Actor, input: { limit: number; cursor?: string | undefined }) {
  return toPageOfAll(await readAiProviders(actor), input, (provider) => provider.id);
}

/** One provider, own or the platform's. Throws `not_found`. */
export async function getAiProvider(actor: Actor, id: string) {
  const found = (await readAiProviders(actor)).find((provider) => provider.id === id);
  if (!found) throw notFound("ai_providers");
  return found;
}

/** Asks the provider one small question: metered like any call, so that even a test is on the bill. */
export async function testAiProvider(actor: Actor, id: string) {
  const { tenantId } = actor;
  await getAiProvider(actor, id);
  aiCatalogueChanged(tenantId);
  const candidate = (await getAiCatalogue(tenantId)).candidates.find((one) => one.id === id);
  if (!candidate) throw notFound("ai_providers");
  const task = {
    kind: "extract",
    prompt: "Extract the colour from: a blue bicycle",
    instructions: "",
    outputVariable: "colour",
    fields: [],
    knownValues: [],
  } as const;
  const purpose = {
    tenantId,
    task,
    key: `test:${newId()}`,
    conversationId: null,
    messageId: null,
    executionId: null,
    nodeKey: null,
  };
  const attempt = await openAttempt(purpose, candidate, null, 1);
  await withTenant(tenantId, (tx) => insertAttempt(tx, attempt));
  const outcome = await performAttempt(attempt);
  const message = outcome.ok ? `Answered in ${outcome.durationMs} ms.` : outcome.error;
  await withTenant(tenantId, (tx) =>
    Promise.all([
      settleAttempt(tx, attempt, outcome),
      tx.sql`update ai_providers set last_test_at = now(), last_test_result = ${message} where tenant_id = ${tenantId} and id = ${id}`,
    ]),
  );
  const record = await meterAttempt(attempt, outcome);
  return {
    ok: outcome.ok,
    message,
    durationMs: outcome.durationMs,
    usageRecordId: record.id,
    testedAt: new Date().toISOString(),
  };
}

/** Makes a provider, own or the platform's, the default from the next call on. */
export async function chooseDefaultProvider(actor: Actor, id: string) {
  const provider = await getAiProvider(actor, id);
  const { setDefault } = await import("./save-provider.ts");
  await withTenant(actor.tenantId, (tx) => setDefault(tx, id, provider.managedBy === "platform"));
  aiCatalogueChanged(actor.tenantId);
  return { ...provider, isDefault: true };
}
