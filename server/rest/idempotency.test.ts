import { describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import { runIdempotent, type StoredAnswer } from "./idempotency.ts";

useTestDatabase();

const ownerId = newId();
const request = (key: string, body: unknown = { a: 1 }) => ({ ownerId, key, route: "POST /things", body });

/** Work that the test ends by hand, and how often it began. */
function heldWork() {
  let end: (answer: StoredAnswer) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  let begun: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const state = { runs: 0 };
  const work = () => {
    state.runs += 1;
    begun();
    return new Promise<StoredAnswer>((resolve, reject) => {
      end = resolve;
      fail = reject;
    });
  };
  return { work, started, state, end: (answer: StoredAnswer) => end(answer), fail: (e: Error) => fail(e) };
}

describe("requests of one Idempotency-Key at the same time", () => {
  it("run once; the others wait without a database connection and get the first answer", async () => {
    const held = heldWork();
    // Far more than the pool has connections: were each waiter to keep one, the end could not be written.
    const all = Array.from({ length: 60 }, () => runIdempotent(request("one"), held.work));
    await held.started;
    held.end({ status: 201, body: { id: "x" } });
    const answers = await Promise.all(all);
    expect(held.state.runs).toBe(1);
    expect(answers.filter((one) => one.replayed)).toHaveLength(59);
    expect(new Set(answers.map((one) => JSON.stringify([one.status, one.body]))).size).toBe(1);
  });

  it("refuse another body at once, though the first still runs", async () => {
    const held = heldWork();
    const first = runIdempotent(request("two"), held.work);
    await held.started;
    await expect(runIdempotent(request("two", { a: 2 }), held.work)).rejects.toMatchObject({
      code: "idempotency.other_request",
    });
    held.end({ status: 201, body: null });
    expect(await first).toMatchObject({ status: 201, replayed: false });
  });

  it("are told to come again when the first takes longer than they wait", async () => {
    const held = heldWork();
    const first = runIdempotent(request("three"), held.work);
    await held.started;
    await expect(runIdempotent(request("three"), held.work, 50)).rejects.toMatchObject({
      kind: "conflict",
      code: "idempotency.in_progress",
    });
    held.end({ status: 201, body: null });
    await first;
    expect(held.state.runs).toBe(1);
  });

  it("go on with one of those who wait when the first fails", async () => {
    const held = heldWork();
    const first = runIdempotent(request("four"), held.work);
    await held.started;
    const second = { runs: 0 };
    const waiting = [1, 2, 3].map(() =>
      runIdempotent(request("four"), async () => {
        second.runs += 1;
        return { status: 201, body: { by: "a waiter" } };
      }),
    );
    held.fail(new Error("It did not work."));
    await expect(first).rejects.toThrow("It did not work.");
    expect((await Promise.all(waiting)).map((one) => one.status)).toEqual([201, 201, 201]);
    expect(second.runs).toBe(1);
  });
});
