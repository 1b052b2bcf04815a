import { z } from "zod";
import { ALL_PERMISSIONS, PERMISSIONS } from "#domain/access/permissions.ts";
import { ROLE_PERMISSIONS, SYSTEM_ROLES } from "#domain/access/roles.ts";
import { notFound } from "#domain/core/app-error.ts";
import { paging, toPageOfAll } from "#domain/core/paging.ts";
import { text } from "#domain/core/text.ts";
import { apiKeyCreate, memberCreate, memberPatch } from "#domain/people/member-input.ts";
import { router, tenantMutation, tenantQuery } from "#server/trpc/procedures.ts";
import { createApiKey, getApiKey, listApiKeys, revokeApiKey } from "./api-keys.ts";
import { getAuditEntry, listAuditLog } from "./list-audit-log.ts";
import { getUser, listUsers } from "./list-users.ts";
import { changeRole, createUser, removeUser } from "./save-member.ts";

const id = z.uuid();
const byId = z.strictObject({ id });
const page = z.strictObject(paging);

const roleView = (role: (typeof SYSTEM_ROLES)[number]) => ({
  id: role,
  name: role,
  system: true,
  permissions: [...ROLE_PERMISSIONS[role]],
});

function permissionView(name: (typeof ALL_PERMISSIONS)[number]) {
  const [resource, action] = name.split(".");
  return { id: name, name, category: resource, resource, action, description: PERMISSIONS[name] };
}

export const usersRouter = router({
  list: tenantQuery("users.view", { route: "GET /users", summary: "List the workspace's members" })
    .input(page)
    .query(({ ctx, input }) => listUsers(ctx.actor, input)),
  get: tenantQuery("users.view", { route: "GET /users/{id}", summary: "Read a member" })
    .input(byId)
    .query(({ ctx, input }) => getUser(ctx.actor, input.id)),
  create: tenantMutation("users.manage", {
    route: "POST /users",
    summary: "Add a person to the workspace",
    status: 201,
    example: { email: "new.agent@example.com", name: "New Agent", role: "agent" },
  })
    .input(memberCreate)
    .mutation(({ ctx, input }) => createUser(ctx.actor, input)),
  update: tenantMutation("users.manage", {
    route: "PATCH /users/{id}",
    summary: "Change a member's role; their sign-ins end at once",
    example: { role: "manager" },
  })
    .input(memberPatch.extend({ id }))
    .mutation(({ ctx, input }) => changeRole(ctx.actor, input.id, input.role)),
  remove: tenantMutation("users.manage", {
    route: "DELETE /users/{id}",
    summary: "Take a person out of the workspace",
  })
    .input(byId)
    .mutation(({ ctx, input }) => removeUser(ctx.actor, input.id)),
});

export const rolesRouter = router({
  list: tenantQuery("roles.view", { route: "GET /roles", summary: "List the roles and what they may do" })
    .input(page)
    .query(({ input }) => toPageOfAll(SYSTEM_ROLES.map(roleView), input, (role) => role.id)),
  get: tenantQuery("roles.view", { route: "GET /roles/{id}", summary: "Read a role and what it may do" })
    .input(z.strictObject({ id: text(60) }))
    .query(({ input }) => {
      const role = SYSTEM_ROLES.find((name) => name === input.id);
      if (!role) throw notFound("roles");
      return roleView(role);
    }),
});

export const permissionsRouter = router({
  list: tenantQuery("roles.view", { route: "GET /permissions", summary: "List every permission there is" })
    .input(page)
    .query(({ input }) =>
      toPageOfAll(ALL_PERMISSIONS.map(permissionView), input, (permission) => permission.id),
    ),
});

export const apiKeysRouter = router({
  list: tenantQuery("apikeys.view", { route: "GET /api-keys", summary: "List API keys" })
    .input(page)
    .query(({ ctx, input }) => listApiKeys(ctx.actor, input)),
  get: tenantQuery("apikeys.view", { route: "GET /api-keys/{id}", summary: "Read an API key's settings" })
    .input(byId)
    .query(({ ctx, input }) => getApiKey(ctx.actor, input.id)),
  create: tenantMutation("apikeys.manage", {
    route: "POST /api-keys",
    summary: "Make an API key; it is shown this once",
    status: 201,
    example: {
      name: "Warehouse",
      scopes: ["customers.view", "orders.view"],
      ipAllowList: ["203.0.113.0/24"],
    },
  })
    .input(apiKeyCreate)
    .mutation(({ ctx, input }) => createApiKey(ctx.actor, input)),
  revoke: tenantMutation("apikeys.manage", { route: "DELETE /api-keys/{id}", summary: "Revoke an API key" })
    .input(byId)
    .mutation(({ ctx, input }) => revokeApiKey(ctx.actor, input.id)),
});

export const auditLogRouter = router({
  list: tenantQuery("audit.view", { route: "GET /audit-log", summary: "Who did what, the newest first" })
    .input(
      z.strictObject({
        ...paging,
        subjectType: text(60).optional(),
        subjectId: text(80).optional(),
        action: text(60).optional(),
      }),
    )
    .query(({ ctx, input }) => listAuditLog(ctx.actor, input)),
  get: tenantQuery("audit.view", {
    route: "GET /audit-log/{id}",
    summary: "Read one entry of the audit log",
  })
    .input(byId)
    .query(({ ctx, input }) => getAuditEntry(ctx.actor, input.id)),
});
