import { Inngest, type InngestFunction } from "inngest";
import { afterEach, describe, expect, it } from "vitest";
import { sqlPool } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/database.ts";
import { type ExecutorOptions, LocalExecutor } from "./local-executor.ts";

useTestDatabase();

type Part = { executor: LocalExecutor; client: Inngest };
const parts: Part[] = [];
afterEach(async () => {
  for (const part of parts.splice(0)) await part.executor.stop(1000);
});

/** An executor with a client of its own; several with one `app` share their work as two processes would. */
async function startExecutor(
  app: string,
  functions: (client: Inngest) => InngestFunction.Any[],
  options: Partial<ExecutorOptions> = {},
): Promise<Part> {
  let executor: LocalExecutor;
  const client = new Inngest({
    id: app,
    isDev: true,
    baseUrl: "http://executor.local",
    aiMetadata: false,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined },
    fetch: async (input: string | URL | Request, init?: RequestInit) => executor.fetch(input, init),
  });
  executor = new LocalExecutor({
    client,
    functions: functions(client),
    roundMs: 150,
    backoff: () => 50,
    ...options,
  });
  await executor.start();
  const part = { executor, client };
  parts.push(part);
  return part;
}

/** A promise somebody else resolves. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

const statuses = async (app: string) =>
  (
    await sqlPool()`select status from durable_runs where function_id like ${`${app}-%`} order by created_at`
  ).map((row) => row.status);

describe("the embedded executor", () => {
  it("after a crash between a step and its memo runs that step again, and only that one", async () => {
    const lines: string[] = [];
    const functions = (client: Inngest) => [
      client.createFunction({ id: "f", triggers: [{ event: "memo/go" }] }, async ({ step }) => {
        await step.run("first", () => lines.push("first"));
        await step.run("second", async () => {
          lines.push("second");
          if (lines.filter((line) => line === "second").length === 1) await doomed.executor.kill();
        });
        await step.run("third", () => lines.push("third"));
      }),
    ];
    const doomed = await startExecutor("memo", functions);
    await doomed.client.send({ name: "memo/go", data: {} });
    await expect.poll(() => lines).toContain("second");
    await startExecutor("memo", functions);
    await expect.poll(() => statuses("memo"), { timeout: 8000 }).toEqual(["completed"]);
    expect(lines).toEqual(["first", "second", "second", "third"]);
  });

  it("takes over a dead executor's calls within seconds, long before their lease ends", async () => {
    const never = gate();
    const seen: string[] = [];
    const functions = (name: string) => (client: Inngest) => [
      client.createFunction({ id: "f", triggers: [{ event: "dead/go" }] }, async ({ step }) => {
        await step.run("work", async () => {
          seen.push(name);
          if (name === "doomed") await never.opened;
        });
      }),
    ];
    const doomed = await startExecutor("dead", functions("doomed"), { leaseMs: 600_000 });
    await doomed.client.send({ name: "dead/go", data: {} });
    await expect.poll(() => seen).toEqual(["doomed"]);
    await startExecutor("dead", functions("heir"));
    const died = Date.now();
    await doomed.executor.kill();
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual(["doomed", "heir"]);
    expect(Date.now() - died).toBeLessThan(5000);
    never.open();
    await expect.poll(() => statuses("dead")).toEqual(["completed"]);
  });

  it("refuses what an executor writes after its lease was taken over", async () => {
    const held = gate();
    const lines: string[] = [];
    const functions = (name: string) => (client: Inngest) => [
      client.createFunction({ id: "f", triggers: [{ event: "late/go" }] }, async ({ step }) => {
        const by = await step.run("work", async () => {
          lines.push(`work by ${name}`);
          if (name === "slow") await held.opened;
          return name;
        });
        await step.run("end", () => lines.push(`end of ${by} by ${name}`));
      }),
    ];
    const slow = await startExecutor("late", functions("slow"), { leaseMs: 20_000 });
    await slow.client.send({ name: "late/go", data: {} });
    await expect.poll(() => lines).toEqual(["work by slow"]);
    await sqlPool()`update durable_jobs set lease_until = now() where function_id = 'late-f'`;
    await startExecutor("late", functions("fast"));
    await expect.poll(() => statuses("late"), { timeout: 8000 }).toEqual(["completed"]);
    held.open();
    await slow.executor.stop(2000);
    expect(lines).toEqual(["work by slow", "work by fast", "end of fast by fast"]);
  });

  it("shares the work of one database between executors, each run once", async () => {
    const done: string[] = [];
    const functions = (name: string) => (client: Inngest) => [
      client.createFunction({ id: "f", triggers: [{ event: "two/go" }] }, async ({ step, event }) => {
        await step.run("work", async () => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          done.push(`${event.data.n} ${name}`);
        });
      }),
    ];
    const one = await startExecutor("two", functions("one"), { places: 4 });
    await startExecutor("two", functions("two"), { places: 4 });
    await one.client.send(Array.from({ length: 120 }, (_, n) => ({ name: "two/go", data: { n } })));
    await expect.poll(() => done.length, { timeout: 10_000 }).toBe(120);
    expect(new Set(done.map((line) => line.split(" ")[0])).size).toBe(120);
    expect(new Set(done.map((line) => line.split(" ")[1])).size).toBe(2);
  });

  it("fires a schedule's tick once, however many executors there are", async () => {
    const ticks: number[] = [];
    const functions = (client: Inngest) => [
      client.createFunction({ id: "f", triggers: [{ cron: "* * * * * *" }] }, async ({ event }) => {
        ticks.push(Math.floor((event.ts ?? 0) / 1000));
      }),
    ];
    await Promise.all([1, 2, 3].map(() => startExecutor("ticks", functions)));
    await expect.poll(() => ticks.length, { timeout: 8000 }).toBeGreaterThanOrEqual(3);
    expect(new Set(ticks).size).toBe(ticks.length);
  });

  it("on a stop finishes what runs and hands the rest to others at once", async () => {
    const held = gate();
    const lines: string[] = [];
    const functions = (name: string) => (client: Inngest) => [
      client.createFunction(
        { id: "f", triggers: [{ event: "stop/go" }], checkpointing: false },
        async ({ step }) => {
          await step.run("first", async () => {
            lines.push(`first by ${name}`);
            await held.opened;
          });
          await step.run("second", () => lines.push(`second by ${name}`));
        },
      ),
    ];
    const leaving = await startExecutor("stop", functions("leaving"));
    await leaving.client.send({ name: "stop/go", data: {} });
    await expect.poll(() => lines.length).toBe(1);
    const stopped = leaving.executor.stop();
    held.open();
    await stopped;
    await startExecutor("stop", functions("staying"));
    await expect.poll(() => statuses("stop"), { timeout: 5000 }).toEqual(["completed"]);
    expect(lines).toEqual(["first by leaving", "second by staying"]);
  });

  it("counts a call that keeps killing its process as failed attempts", async () => {
    const lines: string[] = [];
    const functions = (client: Inngest) => [
      client.createFunction(
        {
          id: "f",
          retries: 0,
          triggers: [{ event: "poison/go" }],
          onFailure: async ({ error }) => void lines.push(error.name),
        },
        async () => {
          lines.push("ran");
        },
      ),
    ];
    const { client } = await startExecutor("poison", () => []);
    const { executor } = await startExecutor("poison", functions, { places: 0 });
    void client;
    await executor.send([{ id: "poison-1", name: "poison/go", data: {}, ts: Date.now() }]);
    await sqlPool()`update durable_jobs set losses = 6 where function_id = 'poison-f'`;
    await startExecutor("poison", functions);
    await expect.poll(() => lines, { timeout: 5000 }).toEqual(["WorkerLost"]);
    expect(await statuses("poison")).toContain("failed");
  });

  it("takes events of a relay in with the relay's transaction or not at all", async () => {
    const lines: unknown[] = [];
    const { executor } = await startExecutor("relay", (client) => [
      client.createFunction({ id: "f", triggers: [{ event: "relay/go" }] }, async ({ event }) => {
        lines.push(event.data.n);
      }),
    ]);
    const deliver = (n: number, fail: boolean) =>
      sqlPool().begin(async (sql) => {
        const event = { id: `relay-${n}`, name: "relay/go", data: { n }, ts: Date.now() };
        const delivery = await executor.deliver(sql as unknown as ReturnType<typeof sqlPool>, [event]);
        if (fail) {
          delivery.rolledBack();
          throw new Error("undone");
        }
        return delivery;
      });
    await expect(deliver(1, true)).rejects.toThrow("undone");
    (await deliver(2, false)).committed();
    await expect.poll(() => lines).toEqual([2]);
    expect(await statuses("relay")).toEqual(["completed"]);
  });
});
