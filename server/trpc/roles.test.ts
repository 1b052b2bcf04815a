import { TRPCError } from "@trpc/server";
import { describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { ALL_PERMISSIONS, type Permission } from "#domain/access/permissions.ts";
import { ROLE_PERMISSIONS, SYSTEM_ROLES } from "#domain/access/roles.ts";
import { makeTenant } from "#server/billing/testing/billing-fixtures.ts";
import { callByName, memberContext } from "#server/testing/callers.ts";
import type { ProcedureMeta } from "./procedures.ts";
import { appRouter } from "./router.ts";

useTestDatabase();

const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { meta?: ProcedureMeta } }>,
).flatMap(([name, { _def }]) =>
  _def.meta?.audience === "tenant" && _def.meta.permission
    ? [{ name, permission: _def.meta.permission }]
    : [],
);

/** Rights of rooms that are not built yet, or that change what an answer shows instead of guarding a procedure. */
const WITHOUT_PROCEDURE: Permission[] = [
  "knowledge.view",
  "knowledge.edit",
  "campaigns.view",
  "campaigns.edit",
  "orders.view",
  "orders.edit",
  "products.view",
  "products.edit",
  "analytics.view",
  "billing.cost",
  "roles.manage",
  "webhooks.view",
  "webhooks.manage",
  "tenant.edit",
  "tenant.delete",
  "analytics.export",
  "campaigns.send",
  "carts.view",
  "orders.export",
  "orders.review",
  "privacy.manage",
  "privacy.view",
  "segments.edit",
  "segments.view",
  "voice.manage",
  "voice.view",
];

describe("permissions through procedures", () => {
  it("grants and refuses every procedure to every role as the table says", async () => {
    const tenantId = await makeTenant();
    const wrong: string[] = [];
    let tried = 0;
    for (const role of SYSTEM_ROLES) {
      const context = memberContext(tenantId, role);
      for (const { name, permission } of procedures) {
        // An input that no procedure takes: who may call it learns that, who may not is refused before.
        const error = await callByName(context, name, { nonsense: true }).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        const refused = error instanceof TRPCError && error.code === "FORBIDDEN";
        tried += 1;
        if (refused === ROLE_PERMISSIONS[role].has(permission))
          wrong.push(`${role} ${refused ? "may not" : "may"} call ${name} (${permission})`);
      }
    }
    console.log(`${tried} calls of ${procedures.length} procedures by ${SYSTEM_ROLES.length} roles`);
    expect(tried).toBeGreaterThan(600);
    expect(wrong).toEqual([]);
  });

  it("has a procedure for every right that is not named as still without one", () => {
    const guarded = new Set(procedures.map(({ permission }) => permission));
    const bare = ALL_PERMISSIONS.filter((permission) => !guarded.has(permission));
    expect(bare.sort()).toEqual([...WITHOUT_PROCEDURE].sort());
  });

  it("asks who is not signed in to sign in, and does not know a workspace one is no member of", async () => {
    const tenantId = await makeTenant();
    const member = memberContext(tenantId, "owner");
    const codes = async (context: typeof member) => {
      const found = new Set<string>();
      for (const { name } of procedures) {
        const error = await callByName(context, name, {}).catch((thrown: unknown) => thrown);
        found.add(error instanceof TRPCError ? error.code : "answered");
      }
      return [...found];
    };
    expect(await codes({ ...member, principal: { kind: "nobody" }, tenant: null })).toEqual(["UNAUTHORIZED"]);
    expect(await codes({ ...member, tenant: null })).toEqual(["NOT_FOUND"]);
  });
});
