import { beforeEach, describe, expect, it } from "vitest";
import { withSystem } from "#db/system.ts";
import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { newId } from "#domain/core/id.ts";
import { type TenantId, tenantIdFrom } from "#domain/core/tenant-id.ts";
import {
  cancelTimer,
  registerTimerHandler,
  scheduleTimer,
  startTimers,
  stopTimers,
  sweepTimers,
} from "./timers.ts";

useTestDatabase();

async function makeTenant(offsetMs = 0): Promise<TenantId> {
  const id = newId();
  await withSystem(
    "test tenant",
    (tx) => tx.sql`
      insert into tenants (id, name, slug, billing_email, sandbox, clock_offset_ms)
      values (${id}, 'T', ${id}, 'a@b.test', ${offsetMs !== 0}, ${offsetMs})`,
  );
  return tenantIdFrom(id);
}

const HOUR = 3_600_000;
const at = (offsetMs: number) => new Date(Date.now() + offsetMs);
let fired: string[] = [];
beforeEach(() => {
  fired = [];
  registerTimerHandler("remind", async (_tx, timer) => {
    fired.push(timer.subjectId);
  });
});

const plan = (tenantId: TenantId, subjectId: string, dueAt: Date, replace = false) =>
  withTenant(tenantId, (tx) => scheduleTimer(tx, { kind: "remind", subjectId, dueAt, replace }));

describe("timers", () => {
  it("fire once when due, in order, and not before", async () => {
    const tenantId = await makeTenant();
    await plan(tenantId, "second", at(-1000));
    await plan(tenantId, "first", at(-2000));
    await plan(tenantId, "later", at(HOUR));
    await Promise.all([sweepTimers(tenantId), sweepTimers(tenantId), sweepTimers(tenantId)]);
    expect(fired).toEqual(["first", "second"]);
  });

  it("that go in order wait for what an earlier one makes, whoever sweeps, and all is done when a sweep ends", async () => {
    const tenantId = await makeTenant();
    const begun = Date.now();
    const ago = (ms: number) => new Date(begun - ms);
    const step = (tx: TenantTransaction, subjectId: string, dueAt: Date) =>
      scheduleTimer(tx, { kind: "ordered", subjectId, dueAt });
    registerTimerHandler(
      "ordered",
      async (tx, timer) => {
        fired.push(timer.subjectId);
        if (timer.subjectId === "one") await step(tx, "between", ago(2000));
        if (timer.subjectId === "between") await step(tx, "still before", ago(1500));
      },
      { inOrder: true },
    );
    await withTenant(tenantId, async (tx) => {
      await step(tx, "one", ago(3000));
      await step(tx, "last", ago(1000));
    });
    const others = [sweepTimers(), sweepTimers(), sweepTimers()];
    await sweepTimers(tenantId);
    expect(fired).toEqual(["one", "between", "still before", "last"]);
    await Promise.all(others);
    expect(fired).toHaveLength(4);
  });

  it("follow a sandbox tenant's clock, ahead or behind", async () => {
    const [ahead, behind] = [await makeTenant(30 * 24 * HOUR), await makeTenant(-HOUR)];
    await plan(ahead, "in-a-week", at(7 * 24 * HOUR));
    await plan(behind, "half-an-hour-ago", at(-HOUR / 2));
    await sweepTimers();
    expect(fired).toEqual(["in-a-week"]);
  });

  it("that another sweep is firing are waited for by a sweep of their tenant, with what they make due", async () => {
    const tenantId = await makeTenant();
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    registerTimerHandler("slow", async (tx, { subjectId }) => {
      begun.resolve();
      await gate.promise;
      if (subjectId === "first")
        await scheduleTimer(tx, { kind: "slow", subjectId: "second", dueAt: at(-1000) });
      fired.push(subjectId);
    });
    await withTenant(tenantId, (tx) =>
      scheduleTimer(tx, { kind: "slow", subjectId: "first", dueAt: at(-2000) }),
    );
    const other = sweepTimers();
    await begun.promise;
    const own = sweepTimers(tenantId).then(() => [...fired]);
    gate.resolve();
    expect(await own).toEqual(["first", "second"]);
    await other;
    expect(fired).toEqual(["first", "second"]);
  });

  it("do not fire when cancelled or replaced", async () => {
    const tenantId = await makeTenant();
    await plan(tenantId, "a", at(-1000));
    await plan(tenantId, "b", at(-1000));
    await plan(tenantId, "b", at(HOUR), true);
    expect(await withTenant(tenantId, (tx) => cancelTimer(tx, { kind: "remind", subjectId: "a" }))).toBe(1);
    expect(await sweepTimers(tenantId)).toBe(0);
  });

  it("undo the handler's work with a failure, and try again", async () => {
    const tenantId = await makeTenant();
    let tries = 0;
    registerTimerHandler("flaky", async (tx, timer) => {
      tries += 1;
      await scheduleTimer(tx, { kind: "remind", subjectId: `${timer.subjectId}-${tries}`, dueAt: at(-1) });
      if (tries === 1) throw new Error("first time");
    });
    await withTenant(tenantId, (tx) => scheduleTimer(tx, { kind: "flaky", subjectId: "x", dueAt: at(-1) }));
    startTimers();
    await expect.poll(() => fired, { timeout: 6000 }).toEqual(["x-2"]);
    await stopTimers();
    expect(tries).toBe(2);
  });

  it("fire within a second of their time", async () => {
    const tenantId = await makeTenant();
    const due = at(900);
    let late = Number.NaN;
    registerTimerHandler("exact", async () => {
      late = Date.now() - due.getTime();
    });
    await withTenant(tenantId, (tx) => scheduleTimer(tx, { kind: "exact", subjectId: "x", dueAt: due }));
    startTimers();
    await expect.poll(() => late, { timeout: 5000 }).not.toBeNaN();
    await stopTimers();
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(1000);
  });
});
