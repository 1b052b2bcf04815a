import { ALL_PERMISSIONS, type Permission } from "./permissions.ts";

/** The six roles shipped with the product, from the most to the least entitled. */
export const SYSTEM_ROLES = ["owner", "admin", "manager", "agent", "operator", "viewer"] as const;
export type SystemRole = (typeof SYSTEM_ROLES)[number];

const HIDDEN_FROM_VIEWERS: ReadonlySet<Permission> = new Set(["billing.view", "audit.view", "apikeys.view"]);

const viewer = ALL_PERMISSIONS.filter((name) => name.endsWith(".view") && !HIDDEN_FROM_VIEWERS.has(name));
const operator: Permission[] = [
  ...viewer,
  "conversations.reply",
  "conversations.assign",
  "conversations.resolve",
  "orders.edit",
];
const agent: Permission[] = [...operator, "customers.edit", "conversations.edit"];
const manager: Permission[] = [
  ...agent,
  "campaigns.edit",
  "campaigns.send",
  "segments.edit",
  "analytics.export",
  "knowledge.edit",
  "templates.edit",
  "intents.edit",
  "flows.edit",
  "flows.publish",
  "connectors.call",
  "customers.export",
];
const admin = ALL_PERMISSIONS.filter((name) => name !== "billing.pay" && name !== "tenant.delete");

/** What each shipped role may do. An operator's conversation rights reach own and unassigned conversations only. */
export const ROLE_PERMISSIONS: Readonly<Record<SystemRole, ReadonlySet<Permission>>> = {
  owner: new Set(ALL_PERMISSIONS),
  admin: new Set(admin),
  manager: new Set(manager),
  agent: new Set(agent),
  operator: new Set(operator),
  viewer: new Set(viewer),
};

/** Whether a role, with a member's extra permissions, holds a right. Unknown roles hold nothing. */
export function roleAllows(role: string, extra: readonly string[], permission: Permission): boolean {
  if (extra.includes(permission)) return true;
  return (SYSTEM_ROLES as readonly string[]).includes(role)
    ? ROLE_PERMISSIONS[role as SystemRole].has(permission)
    : false;
}

/** Whether a role reaches only its own and unassigned conversations. */
export function seesOnlyOwnWork(role: string): boolean {
  return role === "operator";
}
