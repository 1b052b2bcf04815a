import { LRUCache } from "lru-cache";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { once } from "#server/runtime/process.ts";

/** A throttled tenant's calls leave this far apart, in milliseconds. */
export const THROTTLE_PACE_MS = 2_000;
/** No call waits longer than this: behind it is a customer who waits for an answer. */
export const THROTTLE_LONGEST_MS = 20_000;

/** When the next throttled call of a tenant may leave (Unix milliseconds, real time). */
const nextAt = () => once("ai.throttle", () => new LRUCache<TenantId, number>({ max: 50_000 }));

/** Waits for the turn of a call that a full quota slows down: one every two seconds a process, at most twenty seconds. */
export async function waitThrottled(tenantId: TenantId): Promise<void> {
  const now = Date.now();
  const at = Math.min(
    Math.max(nextAt().get(tenantId) ?? 0, now + THROTTLE_PACE_MS),
    now + THROTTLE_LONGEST_MS,
  );
  nextAt().set(tenantId, at + THROTTLE_PACE_MS);
  await new Promise((resolve) => setTimeout(resolve, at - now));
}
