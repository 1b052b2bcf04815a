import { appendFileSync } from "node:fs";
import { Inngest } from "inngest";
import { startRelay } from "#server/runtime/outbox.ts";
import { LocalExecutor } from "../local-executor.ts";

/** A process of its own that runs functions until it is killed; every step says so in a file that outlives it. */
const file = process.env.CRASH_TRANSCRIPT ?? "";
const say = (line: string) => appendFileSync(file, `${line}\n`);

let executor: LocalExecutor;
const client = new Inngest({
  id: "crash",
  isDev: true,
  baseUrl: "http://executor.local",
  aiMetadata: false,
  fetch: async (input: string | URL | Request, init?: RequestInit) => executor.fetch(input, init),
});
const turn = client.createFunction(
  { id: "turn", triggers: [{ event: "crash/go" }] },
  async ({ event, step }) => {
    const n = String(event.data.n);
    for (const part of ["a", "b", "c"]) {
      await step.run(part, async () => {
        say(`${n} ${part}`);
        await new Promise((resolve) => setTimeout(resolve, 3));
      });
    }
    await step.run("end", () => say(`${n} end`));
  },
);
executor = new LocalExecutor({ client, functions: [turn], places: 6, roundMs: 300 });
await executor.start();
await startRelay({
  knows: (name) => executor.knows(name),
  deliver: (sql, events) => executor.deliver(sql, events),
});
say("started");
