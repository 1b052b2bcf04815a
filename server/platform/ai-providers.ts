import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import type { Transaction } from "#db/transaction.ts";
import type { platformProviderCreate, platformProviderPatch } from "#domain/ai/provider-input.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, toPage } from "#domain/core/paging.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { aiCatalogueChanged, aiSecretRow } from "#server/ai/ai-catalogue.ts";
import { type ProviderRow, providerView } from "#server/ai/provider-view.ts";
import { requireCallable, setDefault } from "#server/ai/save-provider.ts";
import { encryptSecret, maskedTail, PLATFORM_OWNER } from "#server/runtime/secrets.ts";
import { readTenant } from "./tenant-view.ts";

function view(row: ProviderRow) {
  const shown = providerView(row, { isDefault: Boolean(row.is_default), platform: true, staff: true });
  return { ...shown, tenantId: (row.tenant_ref as string | null) ?? null };
}

/** The platform's own providers, highest priority first. */
export async function listPlatformProviders(input: {
  limit: number;
  cursor?: string | undefined;
  tenantId?: string | undefined;
}) {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const tenantId = input.tenantId ?? null;
  const rows = await withSystem(
    "list platform ai providers",
    (tx) => tx.sql<ProviderRow[]>`select * from platform_ai_providers where archived_at is null
      and (${tenantId}::uuid is null or tenant_ref = ${tenantId}::uuid) and (${after}::uuid is null or id < ${after}::uuid)
      order by id desc limit ${input.limit + 1}`,
  );
  return toPage(rows, input.limit, (row) => [String(row.id)], view);
}

async function read(id: string): Promise<ProviderRow> {
  const rows = await withSystem(
    "read a platform ai provider",
    (tx) =>
      tx.sql<ProviderRow[]>`select * from platform_ai_providers where id = ${id} and archived_at is null`,
  );
  if (!rows[0]) throw notFound("ai_providers");
  return rows[0];
}

/** One of them. Throws `not_found`. */
export async function getPlatformProvider(id: string) {
  return view(await read(id));
}

async function sealKey(id: string, key: string | null | undefined) {
  return key
    ? { sealed: await encryptSecret(PLATFORM_OWNER, aiSecretRow(id), key), tail: maskedTail(key) }
    : { sealed: null, tail: null };
}

/** The default of everybody who has not chosen a provider of their own. */
async function becomeDefault(tx: Transaction, id: string): Promise<void> {
  await tx.sql`update platform_ai_providers set is_default = (id = ${id}) where tenant_ref is null`;
  await tx.sql`update ai_defaults set provider_id = ${id}, updated_at = now() where platform_provider and task = 'all'
    and not exists (select from platform_ai_providers p where p.id = ai_defaults.provider_id and p.tenant_ref is not null)`;
}

async function applyDefault(id: string, tenantRef: string | null): Promise<void> {
  if (tenantRef) {
    await withTenant(tenantIdFrom(tenantRef), (tx) => setDefault(tx, id, true));
    await withSystem(
      "platform ai default",
      (tx) =>
        tx.sql`update platform_ai_providers set is_default = (id = ${id}) where tenant_ref = ${tenantRef}`,
    );
  } else {
    await withSystem("platform ai default", (tx) => becomeDefault(tx, id));
  }
}

/** Adds a provider for all tenants, or with `tenantId` for one; `isDefault` counts from the next call on. */
export async function createPlatformProvider(input: z.output<typeof platformProviderCreate>) {
  requireCallable(input.type);
  const tenantRef = input.tenantId ?? null;
  if (tenantRef) await readTenant(tenantRef);
  const id = newId();
  const { sealed, tail } = await sealKey(id, input.apiKey);
  await withSystem(
    "create platform ai provider",
    (tx) => tx.sql`
      insert into platform_ai_providers (id, tenant_ref, name, type, api_base_url, api_key, api_key_tail, model, priority, active, settings)
      values (${id}, ${tenantRef}, ${input.name}, ${input.type}, ${input.apiBaseUrl ?? null}, ${sealed}, ${tail}, ${input.model},
        ${input.priority ?? 0}, ${input.active ?? true}, ${JSON.stringify(input.settings ?? {})})`,
  );
  if (input.isDefault) await applyDefault(id, tenantRef);
  aiCatalogueChanged(null);
  return getPlatformProvider(id);
}

/** Changes what is named, also inside `settings`. */
export async function updatePlatformProvider({ id, ...patch }: z.output<typeof platformProviderPatch>) {
  const before = await read(id);
  const key = patch.apiKey === undefined ? null : await sealKey(id, patch.apiKey);
  const base = patch.apiBaseUrl === undefined ? (before.api_base_url as string | null) : patch.apiBaseUrl;
  await withSystem(
    "change platform ai provider",
    (
      tx,
    ) => tx.sql`update platform_ai_providers set name = ${patch.name ?? String(before.name)}, model = ${patch.model ?? String(before.model)},
        api_base_url = ${base}, api_key = ${key ? key.sealed : (before.api_key as string | null)},
        api_key_tail = ${key ? key.tail : (before.api_key_tail as string | null)},
        priority = ${patch.priority ?? Number(before.priority)}, active = ${patch.active ?? Boolean(before.active)},
        is_default = ${patch.isDefault === false ? false : Boolean(before.is_default)},
        settings = ${JSON.stringify({ ...(before.settings as object), ...patch.settings })}, updated_at = now()
      where id = ${id}`,
  );
  if (patch.isDefault) await applyDefault(id, (before.tenant_ref as string | null) ?? null);
  aiCatalogueChanged(null);
  return getPlatformProvider(id);
}

/** Takes a provider out of service. Throws `conflict` for Aurora offline, the last resort of every tenant. */
export async function archivePlatformProvider(id: string) {
  const row = await read(id);
  if (row.type === "offline") {
    throw new AppError(
      "conflict",
      "ai_providers.last_resort",
      "Aurora offline is every tenant's last resort.",
    );
  }
  await withSystem("archive platform ai provider", async (tx) => {
    await tx.sql`update platform_ai_providers set archived_at = now(), active = false, is_default = false where id = ${id}`;
    await tx.sql`delete from ai_defaults where platform_provider and provider_id = ${id}`;
  });
  aiCatalogueChanged(null);
  return view(row);
}
