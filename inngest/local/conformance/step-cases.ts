import type { Case } from "./world.ts";

/** Steps, memoised results, parallel steps, sleeps. */
export const stepCases: Case[] = [
  {
    name: "a function without steps runs once",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ event }) => {
        w.log(`ran ${event.data.n}`);
      }),
    ],
    play: async (w) => {
      await w.send("go", { n: 1 });
      await w.settled();
    },
    expected: ["ran 1"],
  },
  {
    name: "steps run in sequence, once each, and feed each other",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        const a = await step.run("a", () => w.log("a", 1));
        const b = await step.run("b", () => w.log(`b${a}`, a + 1));
        await step.run("c", () => w.log(`c${a}${b}`));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["a", "b1", "c12"],
  },
  {
    name: "results come back as JSON gives them back, whatever characters they hold",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: [{ event: w.event("go") }] },
        async ({ step, event }) => {
          const value = await step.run("value", () => ({
            z: 1,
            a: [undefined, null, "ü\u0000\u2028'\\", new Date(0)],
            n: 1e21,
            none: undefined,
            text: event.data.text,
          }));
          const nothing = await step.run("nothing", () => undefined);
          await step.run("seen", () => w.log(JSON.stringify([value, nothing])));
        },
      ),
    ],
    play: async (w) => {
      await w.send("go", { text: "\u0000x" });
      await w.settled();
    },
    expected: [
      '[{"z":1,"a":[null,null,"ü\\u0000\u2028\'\\\\","1970-01-01T00:00:00.000Z"],"n":1e+21,"text":"\\u0000x"},null]',
    ],
  },
  {
    name: "a loop may use one step id twenty times",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        let sum = 0;
        for (let i = 0; i < 20; i += 1) sum += await step.run("add", () => i);
        await step.run("sum", () => w.log(String(sum)));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["190"],
  },
  {
    name: "a sleep ends and keeps what was before it",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        const before = await step.run("before", () => w.log("before", Date.now()));
        await step.sleep("nap", "1s");
        await step.run("after", () => w.log(Date.now() - before >= 1000 ? "after" : "too early"));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["before", "after"],
  },
  {
    name: "sleeping until a moment in the past does not sleep",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        await step.sleepUntil("past", new Date(Date.now() - 60_000));
        await step.run("on", () => w.log("on"));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["on"],
  },
  {
    name: "parallel steps run exactly once each and join",
    sorted: true,
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        const parts = await Promise.all(
          ["a", "b", "c", "d", "e"].map((id) => step.run(id, () => w.log(id, id))),
        );
        await step.run("join", () => w.log(parts.join("")));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["a", "abcde", "b", "c", "d", "e"],
  },
  {
    name: "parallel chains of steps keep their own order",
    sorted: true,
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        const chain = async (name: string) => {
          const one = await step.run(`${name}1`, () => w.log(`${name}1`, 1));
          return step.run(`${name}2`, () => w.log(`${name}2 after ${one}`, 2));
        };
        const all = await Promise.all([chain("x"), chain("y")]);
        await step.run("end", () => w.log(`end ${all.join()}`));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["end 2,2", "x1", "x2 after 1", "y1", "y2 after 1"],
  },
  {
    name: "a step and a sleep side by side both end",
    sorted: true,
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        await Promise.all([step.sleep("nap", "1s"), step.run("work", () => w.log("work"))]);
        await step.run("end", () => w.log("end"));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["end", "work"],
  },
  {
    name: "steps before and after a parallel part run once",
    sorted: true,
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        await step.run("first", () => w.log("1 first"));
        await Promise.all([step.run("p", () => w.log("2 p")), step.run("q", () => w.log("2 q"))]);
        await step.run("then", () => w.log("3 then"));
        await Promise.all([step.run("r", () => w.log("4 r")), step.run("s", () => w.log("4 s"))]);
        await step.run("last", () => w.log("5 last"));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["1 first", "2 p", "2 q", "3 then", "4 r", "4 s", "5 last"],
  },
  {
    name: "several functions of one event each get a run",
    sorted: true,
    functions: (w) =>
      ["f", "g", "h"].map((name) =>
        w.client.createFunction(
          { id: w.fn(name), triggers: [{ event: w.event("go") }] },
          async ({ step }) => {
            await step.run("say", () => w.log(name));
          },
        ),
      ),
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["f", "g", "h"],
  },
  {
    name: "two hundred sleepers all wake, once each",
    sorted: true,
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: [{ event: w.event("go") }] },
        async ({ step, event }) => {
          await step.sleep("nap", "1s");
          await step.run("up", () => w.log(String(event.data.n).padStart(3, "0")));
        },
      ),
    ],
    play: async (w) => {
      const events = Array.from({ length: 200 }, (_, n) => ({ name: w.event("go"), data: { n } }));
      await w.client.send(events);
      await w.settled();
    },
    expected: Array.from({ length: 200 }, (_, n) => String(n).padStart(3, "0")),
  },
  {
    name: "a function that outlives the time for checkpoints goes on in further calls",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: [{ event: w.event("go") }], checkpointing: { maxRuntime: 100 } },
        async ({ step }) => {
          for (const id of ["a", "b", "c"]) {
            await step.run(id, async () => {
              w.log(id);
              await new Promise((resolve) => setTimeout(resolve, 80));
            });
          }
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["a", "b", "c"],
  },
  {
    name: "steps gathered before they are checkpointed are all kept",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: [{ event: w.event("go") }], checkpointing: { bufferedSteps: 3 } },
        async ({ step }) => {
          let sum = 0;
          for (let n = 1; n <= 7; n += 1) sum += await step.run(`add ${n}`, () => n);
          await step.sleep("nap", "1s");
          await step.run("sum", () => w.log(String(sum)));
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["28"],
  },
];
