import { withSystem } from "#db/system.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { passwordFits } from "./password.ts";

const SESSION_DAYS = 30;
const FREE_TRIES = 5;

export type SignedIn = { userId: string; sessionId: string; name: string; email: string };
type Account = {
  id: string;
  name: string;
  email: string;
  password_hash: string | null;
  locked_until: string | null;
};

/** Seconds a further try has to wait after so many failures: none for five, then 30 s doubling up to an hour. */
export function lockSeconds(failures: number): number {
  return failures < FREE_TRIES ? 0 : Math.min(3600, 30 * 2 ** (failures - FREE_TRIES));
}

/**
 * Signs a person in by e-mail and password and opens a session row. Throws `unauthenticated` for a wrong pair (the
 * same for an unknown address) and `limit_reached` with the time while the account is locked.
 */
export async function signIn(input: {
  email: string;
  password: string;
  ip: string | null;
  userAgent: string | null;
}): Promise<SignedIn> {
  const rows = await withSystem(
    "sign in",
    (tx) => tx.sql<Account[]>`
    select id, name, email, password_hash, locked_until from users where lower(email) = lower(${input.email})`,
  );
  const account = rows[0];
  if (account?.locked_until && Date.parse(account.locked_until) > Date.now()) {
    throw new AppError(
      "limit_reached",
      "auth.locked",
      `Too many tries. This account opens again at ${account.locked_until}.`,
    );
  }
  const fits = await passwordFits(input.password, account?.password_hash ?? null);
  if (!account || !fits) {
    if (account) await recordFailure(account.id);
    throw new AppError(
      "unauthenticated",
      "auth.wrong_credentials",
      "The e-mail address or the password is wrong.",
    );
  }
  return openSession(account, input);
}

async function recordFailure(userId: string): Promise<void> {
  await withSystem("sign in", async (tx) => {
    const rows =
      await tx.sql`update users set failed_sign_ins = failed_sign_ins + 1 where id = ${userId} returning failed_sign_ins`;
    const wait = lockSeconds(Number(rows[0]?.failed_sign_ins ?? 0));
    if (wait > 0) {
      await tx.sql`update users set locked_until = now() + make_interval(secs => ${wait}) where id = ${userId}`;
    }
  });
}

/** Opens a session row for a person who has proven who they are. */
export async function openSession(
  account: Pick<Account, "id" | "name" | "email">,
  from: { ip: string | null; userAgent: string | null },
): Promise<SignedIn> {
  const sessionId = newId();
  await withSystem("sign in", async (tx) => {
    await tx.sql`insert into sessions (id, user_id, ip, user_agent, expires_at)
      values (${sessionId}, ${account.id}, ${from.ip}, ${from.userAgent}, now() + make_interval(days => ${SESSION_DAYS}))`;
    await tx.sql`update users set failed_sign_ins = 0, locked_until = null, sign_in_count = sign_in_count + 1,
      last_sign_in_at = now(), last_sign_in_ip = ${from.ip} where id = ${account.id}`;
  });
  return { userId: account.id, sessionId, name: account.name, email: account.email };
}
