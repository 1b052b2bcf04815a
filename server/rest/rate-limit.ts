import { LRUCache } from "lru-cache";
import { once } from "#server/runtime/process.ts";

type Bucket = { tokens: number; at: number };
const buckets = once("rest.buckets", () => new LRUCache<string, Bucket>({ max: 50_000 }));

/**
 * Takes one request from a key's bucket of `perSecond` tokens (the bucket holds one second's worth).
 * Returns what the rate-limit headers say, and the seconds to wait when it is empty.
 */
export function takeToken(id: string, perSecond: number, nowMs: number = performance.now()) {
  const bucket = buckets.get(id) ?? { tokens: perSecond, at: nowMs };
  bucket.tokens = Math.min(perSecond, bucket.tokens + ((nowMs - bucket.at) / 1000) * perSecond);
  bucket.at = nowMs;
  const allowed = bucket.tokens >= 1;
  if (allowed) bucket.tokens -= 1;
  buckets.set(id, bucket);
  return { allowed, limit: perSecond, remaining: Math.floor(bucket.tokens), retryAfter: allowed ? 0 : 1 };
}
