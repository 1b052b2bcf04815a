import { describe, expect, it } from "vitest";
import { ALL_PERMISSIONS, PERMISSIONS } from "./permissions.ts";
import { ROLE_PERMISSIONS, roleAllows, SYSTEM_ROLES, seesOnlyOwnWork } from "./roles.ts";

const held = (role: (typeof SYSTEM_ROLES)[number]) => [...ROLE_PERMISSIONS[role]];

describe("the shipped roles", () => {
  it("give an owner everything, and an admin all but paying and closing the workspace", () => {
    expect(held("owner").sort()).toEqual([...ALL_PERMISSIONS].sort());
    const missing = ALL_PERMISSIONS.filter((permission) => !ROLE_PERMISSIONS.admin.has(permission));
    expect(missing).toEqual(["billing.pay", "tenant.delete"]);
  });

  it("are made of a catalogue of more than fifty rights, each named by resource and action and described", () => {
    expect(ALL_PERMISSIONS.length).toBeGreaterThan(50);
    for (const name of ALL_PERMISSIONS) {
      expect(name).toMatch(/^[a-z]+\.[a-z]+$/);
      expect(PERMISSIONS[name].length).toBeGreaterThan(5);
    }
  });

  it("grow from viewer to manager without losing a right on the way", () => {
    const ladder = ["viewer", "operator", "agent", "manager", "admin", "owner"] as const;
    for (const [index, role] of ladder.slice(1).entries()) {
      const below = ladder[index] as (typeof ladder)[number];
      expect(held(below).filter((permission) => !ROLE_PERMISSIONS[role].has(permission))).toEqual([]);
    }
  });

  it("let a viewer see, but neither bills nor the audit log nor keys, and change nothing", () => {
    expect(held("viewer").every((permission) => permission.endsWith(".view"))).toBe(true);
    for (const hidden of ["billing.view", "billing.cost", "audit.view", "apikeys.view"] as const)
      expect(ROLE_PERMISSIONS.viewer.has(hidden)).toBe(false);
  });

  it("let operators reply, assign and resolve, and only them see nothing but their own work", () => {
    for (const right of ["conversations.reply", "conversations.assign", "conversations.resolve"] as const)
      expect(roleAllows("operator", [], right)).toBe(true);
    expect(roleAllows("operator", [], "customers.edit")).toBe(false);
    expect(roleAllows("agent", [], "customers.edit")).toBe(true);
    expect(SYSTEM_ROLES.filter(seesOnlyOwnWork)).toEqual(["operator"]);
  });

  it("add a member's extra permissions, and give an unknown role nothing", () => {
    expect(roleAllows("viewer", ["flows.edit"], "flows.edit")).toBe(true);
    expect(ALL_PERMISSIONS.filter((permission) => roleAllows("wizard", [], permission))).toEqual([]);
  });
});
