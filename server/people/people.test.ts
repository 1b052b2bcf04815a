import { describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { apiKeyCreate } from "#domain/people/member-input.ts";
import { findApiKey } from "#server/auth/api-key.ts";
import { findSession } from "#server/auth/session.ts";
import { signIn } from "#server/auth/sign-in.ts";
import { makeTenant } from "#server/billing/testing/billing-fixtures.ts";
import { systemActor } from "#server/demo/seed/system-actor.ts";
import { memberContext } from "#server/testing/callers.ts";
import type { Actor } from "#server/trpc/context.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "./api-keys.ts";
import { listAuditLog } from "./list-audit-log.ts";
import { listUsers } from "./list-users.ts";
import { changeRole, createUser, removeUser } from "./save-member.ts";

useTestDatabase();

const password = "a long enough password";
let serial = 0;
const person = (role: "owner" | "admin" | "agent") => {
  serial += 1;
  return { email: `p${serial}@example.com`, name: `Person ${serial}`, role, password };
};

function actorIn(tenantId: Actor["tenantId"], role: string): Actor {
  const { tenant, ...context } = memberContext(tenantId, role);
  return { ...context, tenantId, role, allows: tenant?.allows ?? (() => false) };
}

const signedIn = (email: string) => signIn({ email, password, ip: null, userAgent: null });

describe("members", () => {
  it("can sign in, and lose every sign-in at once when their role changes or they are removed", async () => {
    const actor = systemActor(await makeTenant());
    const given = person("agent");
    const user = await createUser(actor, given);
    const { sessionId } = await signedIn(given.email);
    expect((await findSession(sessionId)).user?.userId).toBe(user.id);
    await changeRole(actor, user.id, "manager");
    expect((await findSession(sessionId)).user).toBeNull();
    const again = await signedIn(given.email);
    await removeUser(actor, user.id);
    expect((await findSession(again.sessionId)).user).toBeNull();
    expect((await listUsers(actor, { limit: 10 })).data).toEqual([]);
    const back = await createUser(actor, { ...given, role: "admin" });
    expect([back.id, back.role, back.status]).toEqual([user.id, "admin", "active"]);
  });

  it("cannot be added twice, and the last owner stays", async () => {
    const actor = systemActor(await makeTenant());
    const given = person("owner");
    const owner = await createUser(actor, given);
    await expect(createUser(actor, given)).rejects.toThrow("a member already");
    await expect(removeUser(actor, owner.id)).rejects.toThrow("needs an owner");
    await expect(changeRole(actor, owner.id, "agent")).rejects.toThrow("needs an owner");
    await createUser(actor, person("owner"));
    expect((await changeRole(actor, owner.id, "agent")).role).toBe("agent");
  });

  it("give no role that may do more than they may themselves", async () => {
    const tenantId = await makeTenant();
    const owner = await createUser(systemActor(tenantId), person("owner"));
    const admin = actorIn(tenantId, "admin");
    await expect(createUser(admin, person("owner"))).rejects.toThrow("may do more than you");
    await expect(removeUser(admin, owner.id)).rejects.toThrow("may do more than you");
    expect((await createUser(admin, person("agent"))).role).toBe("agent");
  });

  it("leave a trail in the audit log", async () => {
    const actor = systemActor(await makeTenant());
    const user = await createUser(actor, person("agent"));
    await changeRole(actor, user.id, "manager");
    const { data } = await listAuditLog(actor, { limit: 10, subjectType: "users" });
    expect(data.map((row) => row.action)).toEqual(["change_role", "create"]);
    expect(data[0]).toMatchObject({ before: { role: "agent" }, after: { role: "manager" } });
  });
});

describe("API keys", () => {
  it("are shown once, found by their hash, and refused after they were revoked", async () => {
    const actor = systemActor(await makeTenant({ sandbox: true }));
    const made = await createApiKey(actor, apiKeyCreate.parse({ name: "Warehouse" }));
    expect(made.key).toMatch(/^sk_test_/);
    expect(JSON.stringify(await listApiKeys(actor, { limit: 10 }))).not.toContain(made.key);
    expect(await findApiKey(made.key, null)).toMatchObject({ kind: "tenant", id: made.id });
    expect((await revokeApiKey(actor, made.id)).status).toBe("revoked");
    expect(await findApiKey(made.key, null)).toBeNull();
  });

  it("hold no right that their maker lacks", async () => {
    const tenantId = await makeTenant();
    const admin = actorIn(tenantId, "admin");
    const input = apiKeyCreate.parse({ name: "Pay", scopes: ["billing.pay"] });
    await expect(createApiKey(admin, input)).rejects.toThrow("do not hold billing.pay");
    const made = await createApiKey(admin, apiKeyCreate.parse({ name: "All of mine" }));
    expect(made.scopes).not.toContain("billing.pay");
    expect(made.scopes).toContain("flows.publish");
  });

  it("work only from the addresses they admit, in both families", async () => {
    const actor = systemActor(await makeTenant());
    const ipAllowList = ["203.0.113.0/24", "2001:db8::/32", "198.51.100.7"];
    const { key } = await createApiKey(actor, apiKeyCreate.parse({ name: "Office", ipAllowList }));
    const admitted = async (ip: string | null) => (await findApiKey(key, ip)) !== null;
    for (const ip of ["203.0.113.9", "2001:db8::1", "198.51.100.7", "::ffff:203.0.113.9"])
      expect(await admitted(ip), ip).toBe(true);
    for (const ip of ["203.0.114.9", "2001:db9::1", "198.51.100.8", "nonsense", null])
      expect(await admitted(ip), String(ip)).toBe(false);
    expect(apiKeyCreate.safeParse({ name: "X", ipAllowList: ["203.0.113.0/99"] }).success).toBe(false);
  });
});
