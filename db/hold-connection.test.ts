import { beforeAll, describe, expect, it } from "vitest";
import { createPool } from "./client.ts";
import { withSystem } from "./system.ts";
import { useTestDatabase } from "./testing/database.ts";
import { runPipelined, type Transaction } from "./transaction.ts";

useTestDatabase();

beforeAll(async () => {
  const admin = createPool(process.env.DATABASE_DIRECT_URL ?? "", { max: 1 });
  await admin.unsafe(`create table left_over (n int); grant all on left_over to aurora_system;
    create function kill_me() returns int language plpgsql security definer as
    $$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(10); return 1; end $$`);
  await admin.end();
});

const system = <T>(work: (tx: Transaction) => Promise<T>) => withSystem("test of lost connections", work);
const killed = { code: "CONNECTION_CLOSED" };
const rows = () => system((tx) => tx.sql`select n from left_over order by n`);

describe("a connection that the server ends in the middle of a transaction", () => {
  it("fails the transaction at once, leaves nothing of it, and the next one works", async () => {
    for (let i = 0; i < 20; i += 1) {
      const work = system(async ({ sql }) => {
        await sql`insert into left_over values (${i}::int)`;
        // Described first, prepared, and without parameters: the driver sends each in another way.
        await (i % 3 === 0 ? sql`select kill_me(), ${i}::int` : sql`select kill_me()`);
        await sql`insert into left_over values (${-i}::int)`;
      });
      await expect(work).rejects.toMatchObject(killed);
      expect(await rows()).toEqual([]);
    }
  });

  it("fails what travels with its commit", async () => {
    for (let i = 0; i < 6; i += 1) {
      const work = runPipelined("begin; set local role aurora_system", ({ sql }) => [
        sql`insert into left_over values (1)`.execute(),
        sql`select kill_me(), ${i}::int`.execute(),
        sql`select ${i}::int`.execute(),
      ]);
      await expect(work).rejects.toMatchObject(killed);
      expect(await rows()).toEqual([]);
    }
  });

  it("strikes nobody else: who runs beside it finishes, who waits gets another connection", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, i) =>
        system(({ sql }) => (i % 3 === 0 ? sql`select kill_me(), ${i}::int` : sql`select ${i}::int as n`)),
      ),
    );
    expect(outcomes.map((one) => one.status)).toEqual(
      outcomes.map((_, i) => (i % 3 === 0 ? "rejected" : "fulfilled")),
    );
  });

  it("refuses the statements that come after its end", async () => {
    const work = system(async ({ sql }) => {
      await sql`select kill_me()`.catch(() => undefined);
      await sql`insert into left_over values (7)`;
    });
    await expect(work).rejects.toMatchObject(killed);
    expect(await rows()).toEqual([]);
  });
});
