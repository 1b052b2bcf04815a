import { LRUCache } from "lru-cache";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { once } from "#server/runtime/process.ts";
import type { FeeFacts, OwnUse } from "./owe-usage.ts";

/** A fee, a plan or its limit that is changed elsewhere is met within this time. */
const KEPT_MS = 2000;

type Known = { fee: FeeFacts; limited: boolean };

const remembered = () =>
  once("billing.fees", () => new LRUCache<string, Known>({ max: 20_000, ttl: KEPT_MS }));

const keyOf = (tenantId: TenantId, type: OwnUse["serviceType"]) => `${tenantId} ${type}`;

/**
 * What a statement told a moment ago about a tenant's fees, and whether its plan limits the kind: the next ones need not
 * ask again. Undefined where nothing was told lately.
 */
export function knownFees(tenantId: TenantId, type: OwnUse["serviceType"]): Known | undefined {
  return remembered().get(keyOf(tenantId, type));
}

export function rememberFees(tenantId: TenantId, type: OwnUse["serviceType"], known: Known): void {
  remembered().set(keyOf(tenantId, type), known);
}

/** Forgets what is known of a tenant, or of all: quotas, plans or prices change in this process. */
export function forgetFees(tenantId?: TenantId): void {
  if (tenantId === undefined) remembered().clear();
  else for (const type of ["message", "api_call"] as const) remembered().delete(keyOf(tenantId, type));
}
