import type { z } from "zod";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import type { aiProviderCreate, aiProviderPatch } from "#domain/ai/provider-input.ts";
import { CALLABLE_TYPES } from "#domain/ai/provider-type.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { recordAudit } from "#server/runtime/audit.ts";
import { encryptSecret, maskedTail } from "#server/runtime/secrets.ts";
import type { Actor } from "#server/trpc/context.ts";
import { aiCatalogueChanged, aiSecretRow } from "./ai-catalogue.ts";
import { type ProviderRow, providerView } from "./provider-view.ts";

function onDuplicate(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") {
    throw new AppError(
      "conflict",
      "ai_providers.name_taken",
      "name: there is an AI provider of this name already.",
    );
  }
  throw error;
}

/** Refuses a kind whose protocol this version does not speak. */
export function requireCallable(type: string): void {
  if (!(CALLABLE_TYPES as readonly string[]).includes(type)) {
    const message = `type: ${type} is not spoken by this version. Use its OpenAI-compatible address with type openai-compatible.`;
    throw new AppError("invalid", "ai_providers.type_unsupported", message);
  }
}

/** Makes a provider, own or the platform's, the one that is asked when nothing names another. */
export function setDefault(tx: TenantTransaction, providerId: string, platform: boolean): Promise<unknown> {
  return tx.sql`insert into ai_defaults (tenant_id, task, provider_id, platform_provider) values (${tx.tenantId}, 'all', ${providerId}, ${platform})
    on conflict (tenant_id, task) do update set provider_id = excluded.provider_id, platform_provider = excluded.platform_provider, updated_at = now()`;
}

async function sealKey(owner: string, id: string, key: string | null | undefined) {
  return key
    ? { sealed: await encryptSecret(owner, aiSecretRow(id), key), tail: maskedTail(key) }
    : { sealed: null, tail: null };
}

/** Connects a provider with the tenant's own key; `isDefault` takes effect with the next call. */
export async function createAiProvider(actor: Actor, input: z.output<typeof aiProviderCreate>) {
  requireCallable(input.type);
  const { tenantId } = actor;
  const id = newId();
  const { sealed, tail } = await sealKey(tenantId, id, input.apiKey);
  const row = await withTenant(tenantId, async (tx) => {
    const rows = await tx.sql<ProviderRow[]>`
      insert into ai_providers (tenant_id, id, name, type, api_base_url, api_key, api_key_tail, model, priority, active, settings)
      values (${tenantId}, ${id}, ${input.name}, ${input.type}, ${input.apiBaseUrl ?? null}, ${sealed}, ${tail}, ${input.model},
        ${input.priority ?? 0}, ${input.active ?? true}, ${JSON.stringify(input.settings ?? {})}) returning *`;
    if (input.isDefault) await setDefault(tx, id, false);
    await recordAudit(tx, actor, {
      action: "create",
      subjectType: "ai_providers",
      subjectId: id,
      after: { name: input.name, type: input.type, model: input.model },
    });
    return rows[0] as ProviderRow;
  }).catch(onDuplicate);
  aiCatalogueChanged(tenantId);
  return providerView(row, { isDefault: input.isDefault ?? false, platform: false });
}

/** Changes what is named. A platform's provider can only be made the default. */
export async function updateAiProvider(actor: Actor, id: string, change: z.output<typeof aiProviderPatch>) {
  const { tenantId } = actor;
  const key = change.apiKey === undefined ? undefined : await sealKey(tenantId, id, change.apiKey);
  const row = await withTenant(tenantId, async (tx) => {
    const found = await tx.sql<
      ProviderRow[]
    >`select * from ai_providers where tenant_id = ${tenantId} and id = ${id} and archived_at is null for update`;
    const before = found[0];
    if (!before) throw notFound("ai_providers");
    const rows = await tx.sql<ProviderRow[]>`
      update ai_providers set name = ${change.name ?? String(before.name)}, model = ${change.model ?? String(before.model)},
        api_base_url = ${change.apiBaseUrl === undefined ? (before.api_base_url as string | null) : change.apiBaseUrl},
        api_key = ${key ? key.sealed : (before.api_key as string | null)}, api_key_tail = ${key ? key.tail : (before.api_key_tail as string | null)},
        priority = ${change.priority ?? Number(before.priority)}, active = ${change.active ?? Boolean(before.active)},
        settings = ${JSON.stringify({ ...(before.settings as object), ...change.settings })}, updated_at = now()
      where tenant_id = ${tenantId} and id = ${id} returning *`;
    if (change.isDefault) await setDefault(tx, id, false);
    if (change.isDefault === false)
      await tx.sql`delete from ai_defaults where tenant_id = ${tenantId} and provider_id = ${id}`;
    await recordAudit(tx, actor, {
      action: "update",
      subjectType: "ai_providers",
      subjectId: id,
      after: { changed: Object.keys(change) },
    });
    return rows[0] as ProviderRow;
  }).catch(onDuplicate);
  aiCatalogueChanged(tenantId);
  return providerView(row, { isDefault: change.isDefault ?? false, platform: false });
}

/** Takes a provider out of service; its records stay. */
export async function archiveAiProvider(actor: Actor, id: string) {
  const { tenantId } = actor;
  const row = await withTenant(tenantId, async (tx) => {
    const rows = await tx.sql<ProviderRow[]>`update ai_providers set archived_at = now(), active = false
      where tenant_id = ${tenantId} and id = ${id} and archived_at is null returning *`;
    if (!rows[0]) throw notFound("ai_providers");
    await tx.sql`delete from ai_defaults where tenant_id = ${tenantId} and provider_id = ${id}`;
    await recordAudit(tx, actor, { action: "archive", subjectType: "ai_providers", subjectId: id });
    return rows[0];
  });
  aiCatalogueChanged(tenantId);
  return providerView(row, { isDefault: false, platform: false });
}
