import { hash, verify } from "@node-rs/argon2";

/** Memory and time of argon2id as OWASP's password storage sheet names them: 19 MiB, 2 passes, 1 lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Hashes a password with argon2id (the library's default variant). */
export function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

let decoy: Promise<string> | undefined;

/** Whether a password fits; takes as long for an account that does not exist, so that none can be guessed by time. */
export async function passwordFits(password: string, stored: string | null): Promise<boolean> {
  decoy ??= hashPassword("an account that does not exist");
  const fits = await verify(stored ?? (await decoy), password).catch(() => false);
  return fits && stored !== null;
}
