import { Inngest } from "inngest";
import { expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { LocalExecutor } from "./local-executor.ts";
useTestDatabase();
it("works", async () => {
  let ex: LocalExecutor;
  const client = new Inngest({ id: "t", isDev: true, baseUrl: "http://x", fetch: (u, i) => ex.fetch(u as string, i) });
  const seen: unknown[] = [];
  const f = client.createFunction({ id: "f", triggers: [{ event: "a" }] }, async ({ event, step }) => {
    const x = await step.run("one", () => 1);
    const [p, q] = await Promise.all([step.run("p", () => 2), step.run("q", () => 3)]);
    await step.sleep("s", "1s");
    seen.push([x, p, q, event.data]);
    return x + p + q;
  });
  ex = new LocalExecutor({ client, functions: [f] });
  await ex.start();
  await client.send({ name: "a", data: { z: 1 } });
  await expect.poll(() => seen.length, { timeout: 5000 }).toBe(1);
  console.log(JSON.stringify(seen));
  await ex.stop();
});
