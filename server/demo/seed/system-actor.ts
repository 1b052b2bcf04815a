import type { TenantId } from "#domain/core/tenant-id.ts";
import type { Actor } from "#server/trpc/context.ts";

/** The house itself as an actor, for seeds and the command line: it may do everything in one tenant. */
export function systemActor(tenantId: TenantId): Actor {
  return {
    tenantId,
    principal: { kind: "platform_key", keyId: "00000000-0000-0000-0000-000000000001", name: "Aurora" },
    role: "owner",
    allows: () => true,
    requestId: "system",
    ip: null,
    userAgent: null,
  };
}
