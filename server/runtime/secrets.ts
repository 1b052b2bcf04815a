import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import { withSystem } from "#db/system.ts";
import { newId } from "#domain/core/id.ts";
import { env } from "./env.ts";
import { once } from "./process.ts";

/** The owner id of keys that belong to the platform itself. */
export const PLATFORM_OWNER = "00000000-0000-0000-0000-000000000000";

const dataKeys = once(
  "secrets.dataKeys",
  () => new LRUCache<string, { id: string; key: Buffer }>({ max: 10_000 }),
);

function masterKey(): { id: string; key: Buffer } {
  const secret = env().ENCRYPTION_KEY;
  if (!secret) throw new Error("ENCRYPTION_KEY is not set.");
  const key = createHash("sha256").update(secret).digest();
  return { id: createHash("sha256").update(key).digest("hex").slice(0, 12), key };
}

function seal(key: Buffer, aad: string, plain: Buffer): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(aad));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64url");
}

function open(key: Buffer, aad: string, sealed: string): Buffer {
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12)).setAAD(Buffer.from(aad));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
}

async function loadDataKey(
  ownerId: string,
  keyId?: string,
): Promise<{ id: string; key: Buffer } | undefined> {
  const rows = await withSystem("read data key", (tx) =>
    keyId
      ? tx.sql`select id, wrapped_key from encryption_keys where id = ${keyId} and owner_id = ${ownerId}`
      : tx.sql`select id, wrapped_key from encryption_keys where owner_id = ${ownerId} order by created_at desc, id desc limit 1`,
  );
  const row = rows[0];
  if (!row) return undefined;
  return { id: String(row.id), key: open(masterKey().key, ownerId, String(row.wrapped_key)) };
}

async function currentDataKey(ownerId: string): Promise<{ id: string; key: Buffer }> {
  const cached = dataKeys.get(ownerId);
  if (cached) return cached;
  let found = await loadDataKey(ownerId);
  if (!found) {
    const master = masterKey();
    const wrapped = seal(master.key, ownerId, randomBytes(32));
    await withSystem("create data key", async (tx) => {
      await tx.sql`select pg_advisory_xact_lock(hashtext(${ownerId}))`;
      await tx.sql`insert into encryption_keys (id, owner_id, wrapped_key, master_key_id)
        select ${newId()}, ${ownerId}, ${wrapped}, ${master.id}
        where not exists (select from encryption_keys where owner_id = ${ownerId})`;
    });
    found = await loadDataKey(ownerId);
  }
  if (!found) throw new Error("The data key could not be made.");
  dataKeys.set(ownerId, found);
  return found;
}

/**
 * Encrypts a secret with its owner's data key (AES-256-GCM; the key is wrapped by the master key). `row` names the row
 * it belongs to and is authenticated with it, so a sealed value moved to another row or tenant does not open.
 */
export async function encryptSecret(ownerId: string, row: string, plain: string): Promise<string> {
  const { id, key } = await currentDataKey(ownerId);
  return `v1.${id}.${seal(key, `${ownerId}:${row}`, Buffer.from(plain, "utf8"))}`;
}

/** Opens what `encryptSecret` sealed for the same owner and row; throws when either differs. */
export async function decryptSecret(ownerId: string, row: string, sealed: string): Promise<string> {
  const [version, keyId, body] = sealed.split(".");
  if (version !== "v1" || !keyId || !body) throw new Error("The sealed value has an unknown form.");
  const cacheKey = `${ownerId}:${keyId}`;
  let entry = dataKeys.get(cacheKey);
  if (!entry) {
    entry = await loadDataKey(ownerId, keyId);
    if (!entry) throw new Error("The data key of this secret is gone.");
    dataKeys.set(cacheKey, entry);
  }
  return open(entry.key, `${ownerId}:${row}`, body).toString("utf8");
}

/** What may be shown of a secret: its last four characters, where it is long enough to spare them. */
export function maskedTail(secret: string): string {
  return secret.length >= 12 ? `••••${secret.slice(-4)}` : "••••";
}

/** A data key wrapped by one master secret, wrapped by another. Throws when the first does not open it. */
export function rewrapDataKey(
  oldSecret: string,
  newSecret: string,
  ownerId: string,
  wrapped: string,
): string {
  const keyOf = (secret: string) => createHash("sha256").update(secret).digest();
  return seal(keyOf(newSecret), ownerId, open(keyOf(oldSecret), ownerId, wrapped));
}
