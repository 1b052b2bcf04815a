import type { Permission } from "#domain/access/permissions.ts";
import { roleAllows } from "#domain/access/roles.ts";
import { newId } from "#domain/core/id.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import type { Context } from "#server/trpc/context.ts";
import { createCallerFactory } from "#server/trpc/procedures.ts";
import { appRouter } from "#server/trpc/router.ts";

const factory = createCallerFactory(appRouter);

/** A member's request as the auth room would make it. */
export function memberContext(tenantId: TenantId, role: string, userId: string = newId()): Context {
  return {
    principal: {
      kind: "user",
      userId,
      sessionId: newId(),
      name: role,
      email: `${role}@x.test`,
      staff: false,
    },
    tenant: {
      id: tenantId,
      slug: "test",
      role,
      suspended: false,
      allows: (permission: Permission) => roleAllows(role, [], permission),
    },
    requestId: "test",
    ip: null,
    userAgent: null,
  };
}

/** Calls a procedure by its dotted name. */
export function callByName(context: Context, name: string, input: unknown): Promise<unknown> {
  let target: unknown = factory(context);
  for (const part of name.split(".")) target = (target as Record<string, unknown>)[part];
  return (target as (input: unknown) => Promise<unknown>)(input);
}
