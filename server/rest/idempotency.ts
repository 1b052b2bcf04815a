import { createHash } from "node:crypto";
import { withSystem } from "#db/system.ts";
import { AppError } from "#domain/core/app-error.ts";

export type StoredAnswer = { status: number; body: unknown };

const sha = (text: string) => createHash("sha256").update(text).digest("hex");

/**
 * Runs a POST once per owner and Idempotency-Key for 24 hours: a repeat gets the first answer, the same key with
 * another request is a `conflict`, and a repeat while the first still runs is told to wait. An error is not kept.
 */
export async function runIdempotent(
  request: { ownerId: string; key: string; route: string; body: unknown },
  work: () => Promise<StoredAnswer>,
): Promise<StoredAnswer & { replayed: boolean }> {
  const { ownerId } = request;
  const keyHash = sha(request.key);
  const requestHash = sha(`${request.route}\n${JSON.stringify(request.body ?? null)}`);
  const taken = await withSystem("idempotency key", async (tx) => {
    await tx.sql`delete from idempotency_keys where owner_id = ${ownerId} and key_hash = ${keyHash}
      and (created_at < now() - interval '24 hours' or (status is null and created_at < now() - interval '2 minutes'))`;
    const made = await tx.sql`insert into idempotency_keys (owner_id, key_hash, request_hash)
      values (${ownerId}, ${keyHash}, ${requestHash}) on conflict do nothing returning 1`;
    if (made.length > 0) return undefined;
    const rows = await tx.sql`select request_hash, status, response from idempotency_keys
      where owner_id = ${ownerId} and key_hash = ${keyHash}`;
    return rows[0];
  });
  if (taken) {
    if (taken.request_hash !== requestHash) {
      throw new AppError(
        "conflict",
        "idempotency.other_request",
        "This Idempotency-Key was used for another request.",
      );
    }
    if (taken.status === null) {
      throw new AppError(
        "conflict",
        "idempotency.in_progress",
        "The first request with this key still runs; try again.",
      );
    }
    return { status: Number(taken.status), body: taken.response, replayed: true };
  }
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
