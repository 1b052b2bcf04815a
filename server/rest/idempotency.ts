import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { withSystem } from "#db/system.ts";
import { AppError } from "#domain/core/app-error.ts";

export type StoredAnswer = { status: number; body: unknown };

/** The code of a repeat whose first request still runs. */
export const IN_PROGRESS = "idempotency.in_progress";

const sha = (text: string) => createHash("sha256").update(text).digest("hex");

/** How long a repeat waits for the first request's end, in ms. */
const PATIENCE_MS = 5_000;
const FIRST_LOOK_MS = 20;
const LOOK_MS = 200;

type Held = { request_hash: string; status: number | null; response: unknown };

/** Takes the key for this request; gives what holds it where another has it. */
function takeKey(ownerId: string, keyHash: string, requestHash: string): Promise<Held | undefined> {
  return withSystem("idempotency key", async (tx) => {
    await tx.sql`delete from idempotency_keys where owner_id = ${ownerId} and key_hash = ${keyHash}
      and (created_at < now() - interval '24 hours' or (status is null and created_at < now() - interval '2 minutes'))`;
    const made = await tx.sql`insert into idempotency_keys (owner_id, key_hash, request_hash)
      values (${ownerId}, ${keyHash}, ${requestHash}) on conflict do nothing returning 1`;
    if (made.length > 0) return undefined;
    const [row] = await tx.sql<Held[]>`select request_hash, status, response from idempotency_keys
      where owner_id = ${ownerId} and key_hash = ${keyHash}`;
    // Given up between the two statements: whoever looks again finds it free.
    return row ?? { request_hash: requestHash, status: null, response: null };
  });
}

/** Takes the key or waits for its holder's answer; between two looks it holds no connection. */
async function takeOrWait(
  ownerId: string,
  keyHash: string,
  requestHash: string,
  patienceMs: number,
): Promise<StoredAnswer | null> {
  const deadline = performance.now() + patienceMs;
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(LOOK_MS, pause * 2)) {
    const held = await takeKey(ownerId, keyHash, requestHash);
    if (!held) return null;
    if (held.request_hash !== requestHash) {
      const message = "This Idempotency-Key was used for another request.";
      throw new AppError("conflict", "idempotency.other_request", message);
    }
    if (held.status !== null) return { status: Number(held.status), body: held.response };
    if (performance.now() >= deadline) {
      const message = "The first request with this key still runs; try again.";
      throw new AppError("conflict", IN_PROGRESS, message);
    }
    await setTimeout(pause);
  }
}

/**
 * Runs a POST once per owner and Idempotency-Key for 24 hours: a repeat gets the first answer, for which it waits a
 * few seconds where the first still runs, and is then told to come again; the same key with another request is a
 * `conflict`. An error is not kept: one of those who waited then runs the request anew.
 */
export async function runIdempotent(
  request: { ownerId: string; key: string; route: string; body: unknown },
  work: () => Promise<StoredAnswer>,
  patienceMs: number = PATIENCE_MS,
): Promise<StoredAnswer & { replayed: boolean }> {
  const { ownerId } = request;
  const keyHash = sha(request.key);
  const requestHash = sha(`${request.route}\n${JSON.stringify(request.body ?? null)}`);
  const first = await takeOrWait(ownerId, keyHash, requestHash, patienceMs);
  if (first) return { ...first, replayed: true };
  try {
    const answer = await work();
    await withSystem(
      "idempotency key",
      (tx) => tx.sql`update idempotency_keys
      set status = ${answer.status}, response = ${JSON.stringify(answer.body ?? null)}
      where owner_id = ${ownerId} and key_hash = ${keyHash}`,
    );
    return { ...answer, replayed: false };
  } catch (error) {
    await withSystem(
      "idempotency key",
      (tx) => tx.sql`delete from idempotency_keys where owner_id = ${ownerId} and key_hash = ${keyHash}`,
    );
    throw error;
  }
}
