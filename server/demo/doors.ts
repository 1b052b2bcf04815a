import { withSystem } from "#db/system.ts";
import { AppError } from "#domain/core/app-error.ts";
import { openSession, type SignedIn } from "#server/auth/sign-in.ts";
import { demoMode } from "#server/runtime/demo-mode.ts";
import { demoSecrets } from "./demo-secrets.ts";

/** Roles that have a door of their own on the sign-in page; every seeded person may enter by id. */
const SHOWN = new Set(["owner", "agent"]);

/** The people that the seed made: their passwords lie beside the data. */
async function seededPeople() {
  if (!(await demoMode())) return [];
  const emails = Object.keys(demoSecrets().passwords);
  return withSystem(
    "read demo doors",
    (tx) => tx.sql`
      select u.id, u.name, u.email, u.staff, m.role, t.name as tenant, t.slug from users u
      left join memberships m on m.user_id = u.id and m.status = 'active'
      left join tenants t on t.id = m.tenant_id
      where u.email = any(${emails}::text[]) order by t.created_at nulls last, m.role desc, u.id`,
  );
}

/** The demo's open doors; none while demo mode is off. */
export async function listDemoDoors() {
  const people = (await seededPeople()).filter((one) => one.staff || SHOWN.has(String(one.role)));
  return people.map((one) => ({
    id: String(one.id),
    label: one.tenant ? `${one.tenant}, as ${one.role}` : "The platform's console",
    detail: String(one.name),
    href: one.slug ? `/${one.slug}` : "/platform",
  }));
}

/** Signs in through a demo door, without a password. Throws `unauthenticated` where there is no such open door. */
export async function enterDemoDoor(input: {
  userId: string;
  ip: string | null;
  userAgent: string | null;
}): Promise<SignedIn> {
  const one = (await seededPeople()).find((person) => person.id === input.userId);
  if (!one) throw new AppError("unauthenticated", "demo.no_door", "The demo has no such door.");
  return openSession({ id: String(one.id), name: String(one.name), email: String(one.email) }, input);
}
