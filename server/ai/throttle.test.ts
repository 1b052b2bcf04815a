import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { newId } from "#domain/core/id.ts";
import { tenantIdFrom } from "#domain/core/tenant-id.ts";
import { THROTTLE_LONGEST_MS, THROTTLE_PACE_MS, waitThrottled } from "./throttle.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** When each of so many calls made at once left, in milliseconds from now. */
async function leave(calls: number): Promise<number[]> {
  const tenantId = tenantIdFrom(newId());
  const from = Date.now();
  const left: number[] = [];
  const all = Array.from({ length: calls }, () =>
    waitThrottled(tenantId).then(() => left.push(Date.now() - from)),
  );
  await vi.runAllTimersAsync();
  await Promise.all(all);
  return left;
}

it("lets a tenant's calls leave one after the other, at a pace", async () => {
  expect(await leave(3)).toEqual([THROTTLE_PACE_MS, 2 * THROTTLE_PACE_MS, 3 * THROTTLE_PACE_MS]);
});

it("keeps nobody longer than the longest wait", async () => {
  const left = await leave(15);
  expect(Math.max(...left)).toBe(THROTTLE_LONGEST_MS);
});

it("does not let one tenant wait for another", async () => {
  const [a, b] = await Promise.all([leave(1), leave(1)]);
  expect([a, b]).toEqual([[THROTTLE_PACE_MS], [THROTTLE_PACE_MS]]);
});
