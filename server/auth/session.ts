import { LRUCache } from "lru-cache";
import { withSystem } from "#db/system.ts";
import { AppError } from "#domain/core/app-error.ts";
import { once } from "#server/runtime/process.ts";

export type SessionUser = { sessionId: string; userId: string; name: string; email: string; staff: boolean };
export type MembershipRow = {
  tenant_id: string;
  slug: string;
  name: string;
  role: string;
  extra_permissions: string[];
  tenant_status: string;
};
type Cached = { user: SessionUser; memberships: MembershipRow[] } | { user: null };

/** Five seconds: the longest that a revoked sign-in or a changed role may still work. */
const cache = once("auth.sessions", () => new LRUCache<string, Cached>({ max: 20_000, ttl: 5_000 }));

async function load(sessionId: string): Promise<Cached> {
  return withSystem("read session", async (tx) => {
    const sessions = tx.sql`select u.id, u.name, u.email, u.staff from sessions s join users u on u.id = s.user_id
      where s.id = ${sessionId} and s.revoked_at is null and s.expires_at > now()`;
    const memberships = tx.sql<
      MembershipRow[]
    >`select m.tenant_id, t.slug, t.name, m.role, m.extra_permissions, t.status as tenant_status
      from sessions s join memberships m on m.user_id = s.user_id join tenants t on t.id = m.tenant_id
      where s.id = ${sessionId} and m.status = 'active' and t.status <> 'cancelled' order by t.name`;
    const touched = tx.sql`update sessions set last_seen_at = now()
      where id = ${sessionId} and last_seen_at < now() - interval '1 minute'`;
    const [found, member] = await Promise.all([sessions, memberships, touched]);
    const row = found[0];
    if (!row) return { user: null };
    const user = {
      sessionId,
      userId: String(row.id),
      name: String(row.name),
      email: String(row.email),
      staff: Boolean(row.staff),
    };
    return { user, memberships: [...member] };
  });
}

/** The person behind a session id with their memberships, or null when it is unknown, ended or run out. */
export async function findSession(sessionId: string): Promise<Cached> {
  const known = cache.get(sessionId);
  if (known) return known;
  const loaded = await load(sessionId);
  cache.set(sessionId, loaded);
  return loaded;
}

export type SessionRow = {
  id: string;
  ip: string | null;
  userAgent: string | null;
  createdAt: string;
  lastSeenAt: string | null;
  expiresAt: string;
};

/** Lists a person's open sign-ins, newest first. */
export async function listSessions(userId: string) {
  return withSystem(
    "list own sessions",
    (tx) => tx.sql<SessionRow[]>`
    select id, ip, user_agent as "userAgent", created_at as "createdAt", last_seen_at as "lastSeenAt", expires_at as "expiresAt"
    from sessions where user_id = ${userId} and revoked_at is null and expires_at > now() order by created_at desc`,
  );
}

/** Ends one of a person's own sign-ins; refused from the next request on in this process, elsewhere within 5 s. */
export async function endSession(userId: string, sessionId: string): Promise<void> {
  const rows = await withSystem(
    "end session",
    (tx) => tx.sql`
    update sessions set revoked_at = coalesce(revoked_at, now()) where id = ${sessionId} and user_id = ${userId} returning id`,
  );
  if (rows.length === 0) throw new AppError("not_found", "sessions.not_found", "There is no such sign-in.");
  cache.delete(sessionId);
}

/** Ends every sign-in of a person: after a changed role, a removal or a new password. */
export async function endSessionsOf(userId: string): Promise<void> {
  const rows = await withSystem(
    "end sessions",
    (tx) => tx.sql`
    update sessions set revoked_at = now() where user_id = ${userId} and revoked_at is null returning id`,
  );
  for (const row of rows) cache.delete(String(row.id));
}

/** Forgets what was read of sign-ins, after a tenant's state changed in this process. */
export function sessionsChanged(): void {
  cache.clear();
}
