import { createHash, randomBytes } from "node:crypto";
import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";
import { withSystem } from "#db/system.ts";
import { once } from "#server/runtime/process.ts";

type TenantKey = {
  kind: "tenant";
  id: string;
  tenantId: string;
  slug: string;
  suspended: boolean;
  name: string;
  scopes: string[];
  allowedIps: string[];
  ratePerSecond: number;
  expiresAt: string | null;
};
type PlatformKey = { kind: "platform"; id: string; name: string };
export type KnownKey = TenantKey | PlatformKey;

/** Five seconds: the longest that a revoked key may still work. */
const cache = once(
  "auth.apiKeys",
  () => new LRUCache<string, { key: KnownKey | null }>({ max: 20_000, ttl: 5_000 }),
);
const counted = once("auth.apiKeyCounts", () => new Map<string, number>());

/** A new key: shown once, stored as its hash. Prefix `sk_live_` or `sk_test_` (sandbox), `sk_op_` for operators. */
export function makeApiKey(prefix: "sk_live_" | "sk_test_" | "sk_op_"): {
  key: string;
  hash: string;
  tail: string;
} {
  const key = `${prefix}${randomBytes(24).toString("base64url")}`;
  return { key, hash: hashApiKey(key), tail: key.slice(-4) };
}

export function hashApiKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

async function load(hash: string): Promise<KnownKey | null> {
  return withSystem("read api key", async (tx) => {
    const [tenantRows, platformRows] = await Promise.all([
      tx.sql`select k.id, k.tenant_id, t.slug, t.status, k.name, k.scopes, k.allowed_ips, k.rate_limit_per_second, k.expires_at
        from api_keys k join tenants t on t.id = k.tenant_id
        where k.key_hash = ${hash} and k.revoked_at is null and t.status <> 'cancelled'`,
      tx.sql`select id, name from platform_keys where key_hash = ${hash} and revoked_at is null`,
    ]);
    const row = tenantRows[0];
    if (row) {
      return {
        kind: "tenant",
        id: String(row.id),
        tenantId: String(row.tenant_id),
        slug: String(row.slug),
        suspended: row.status === "suspended",
        name: String(row.name),
        scopes: row.scopes as string[],
        allowedIps: row.allowed_ips as string[],
        ratePerSecond: Number(row.rate_limit_per_second),
        expiresAt: row.expires_at as string | null,
      };
    }
    const platform = platformRows[0];
    return platform ? { kind: "platform", id: String(platform.id), name: String(platform.name) } : null;
  });
}

function ipAllowed(ip: string | null, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true;
  if (!ip || !ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip);
  return allowed.some((range) => {
    const [net, bits] = range.includes("/") ? ipaddr.parseCIDR(range) : [ipaddr.process(range), undefined];
    if (net.kind() !== address.kind()) return false;
    return address.match(net, bits ?? (net.kind() === "ipv4" ? 32 : 128));
  });
}

/** The key behind a Bearer token, or null when it is unknown, revoked, past its end or used from elsewhere. */
export async function findApiKey(token: string, ip: string | null): Promise<KnownKey | null> {
  if (!token.startsWith("sk_")) return null;
  const hash = hashApiKey(token);
  let entry = cache.get(hash);
  if (!entry) {
    entry = { key: await load(hash) };
    cache.set(hash, entry);
  }
  const { key } = entry;
  if (key?.kind === "tenant") {
    if (key.expiresAt && Date.parse(key.expiresAt) <= Date.now()) return null;
    if (!ipAllowed(ip, key.allowedIps)) return null;
    counted.set(key.id, (counted.get(key.id) ?? 0) + 1);
  }
  return key;
}

/** Forgets cached keys, after one was revoked in this process. */
export function apiKeysChanged(): void {
  cache.clear();
}

/** Adds the requests counted since the last call to the keys' rows; the runtime calls it each second and at the end. */
export async function foldApiKeyCounts(): Promise<void> {
  if (counted.size === 0) return;
  const taken = [...counted];
  counted.clear();
  await withSystem(
    "fold api key counts",
    (tx) => tx.sql`
    update api_keys k set request_count = request_count + c.n, last_used_at = now()
    from unnest(${taken.map(([id]) => id)}::uuid[], ${taken.map(([, n]) => n)}::bigint[]) c(id, n) where k.id = c.id`,
  );
}
