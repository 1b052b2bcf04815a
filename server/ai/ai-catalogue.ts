import { LRUCache } from "lru-cache";
import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import type { IntentChoice } from "#domain/ai/model-task.ts";
import type { AiProviderType } from "#domain/ai/provider-type.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import type { ConnectedAiProvider } from "#server/providers/ai/ai-port.ts";
import { once } from "#server/runtime/process.ts";
import { decryptSecret, PLATFORM_OWNER } from "#server/runtime/secrets.ts";

/** A provider that a tenant's calls may go to; `ownKey` says who pays it. */
export type Candidate = ConnectedAiProvider & { ownKey: boolean; priority: number; isDefault: boolean };
export type LiveIntent = IntentChoice & { id: string; threshold: number };
export type AiCatalogue = { aiEnabled: boolean; candidates: Candidate[]; intents: LiveIntent[] };

const cache = once("ai.catalogue", () => new LRUCache<string, AiCatalogue>({ max: 5_000, ttl: 5_000 }));
const loading = once("ai.catalogueLoading", () => new Map<string, Promise<AiCatalogue>>());

export const aiSecretRow = (providerId: string) => `ai_providers:${providerId}`;

type Row = {
  id: string;
  type: string;
  name: string;
  api_base_url: string | null;
  api_key: string | null;
  model: string;
  settings: ConnectedAiProvider["settings"];
  priority: number;
  is_default: boolean;
};

async function toCandidate(row: Row, owner: string, chosen: string | null): Promise<Candidate> {
  const ownKey = owner !== PLATFORM_OWNER;
  return {
    id: row.id,
    type: row.type as AiProviderType,
    name: row.name,
    apiBaseUrl: row.api_base_url,
    apiKey: row.api_key ? await decryptSecret(owner, aiSecretRow(row.id), row.api_key) : null,
    model: row.model,
    settings: row.settings,
    priority: row.priority,
    ownKey: ownKey && row.type !== "offline",
    isDefault: row.id === chosen,
  };
}

async function load(tenantId: TenantId): Promise<AiCatalogue> {
  const [own, platform] = await Promise.all([
    withTenant(tenantId, async (tx) =>
      Promise.all([
        tx.sql`select ai_enabled from tenants where id = ${tenantId}`,
        tx.sql<
          Row[]
        >`select * from ai_providers where tenant_id = ${tenantId} and active and archived_at is null`,
        tx.sql`select provider_id from ai_defaults where tenant_id = ${tenantId} and task = 'all'`,
        tx.sql`select id, name, description, examples, threshold from intents
          where tenant_id = ${tenantId} and active and archived_at is null order by name`,
      ]),
    ),
    withSystem(
      "read platform ai providers",
      (tx) => tx.sql<Row[]>`
      select * from platform_ai_providers where active and archived_at is null
        and (tenant_ref is null or tenant_ref = ${tenantId})`,
    ),
  ]);
  const [tenants, ownRows, defaults, intents] = own;
  // Who chose nothing asks what the platform declares its default.
  const platformDefault = platform.find((row) => row.is_default)?.id ?? null;
  const chosen = (defaults[0]?.provider_id as string | undefined) ?? platformDefault;
  const candidates = await Promise.all([
    ...ownRows.map((row) => toCandidate(row, tenantId, chosen)),
    ...platform.map((row) => toCandidate(row, PLATFORM_OWNER, chosen)),
  ]);
  return {
    aiEnabled: Boolean(tenants[0]?.ai_enabled),
    // The default first, then by priority, the offline model last: a network model is tried before rules are.
    candidates: candidates.sort(
      (a, b) =>
        Number(b.isDefault) - Number(a.isDefault) ||
        Number(a.type === "offline") - Number(b.type === "offline") ||
        b.priority - a.priority,
    ),
    intents: intents.map((row) => ({
      id: String(row.id),
      name: String(row.name),
      description: String(row.description),
      examples: row.examples as string[],
      threshold: Number(row.threshold),
    })),
  };
}

/** A tenant's providers in the order they are asked, and its active intents; cached for five seconds. */
export async function getAiCatalogue(tenantId: TenantId): Promise<AiCatalogue> {
  const known = cache.get(tenantId);
  if (known) return known;
  let running = loading.get(tenantId);
  if (!running) {
    running = load(tenantId).finally(() => loading.delete(tenantId));
    loading.set(tenantId, running);
  }
  const loaded = await running;
  cache.set(tenantId, loaded);
  return loaded;
}

/** Forgets what changed, in this process at once; null: a platform provider changed, so everybody's. */
export function aiCatalogueChanged(tenantId: TenantId | null): void {
  if (tenantId) cache.delete(tenantId);
  else cache.clear();
}
