import type { Case, World } from "./world.ts";

const go = (w: World) => [{ event: w.event("go") }];

/** A step that counts how many of its kind run at the same time. */
function crowd() {
  const running = new Map<string, number>();
  const most = new Map<string, number>();
  return {
    most: (key: string) => most.get(key) ?? 0,
    async work(key: string): Promise<void> {
      running.set(key, (running.get(key) ?? 0) + 1);
      most.set(key, Math.max(most.get(key) ?? 0, running.get(key) ?? 0));
      await new Promise((resolve) => setTimeout(resolve, 20));
      running.set(key, (running.get(key) ?? 0) - 1);
    },
  };
}

/** Idempotency, rates, concurrency, debounce, batches, priority, singletons, schedules, time-outs. */
export const controlCases: Case[] = [
  {
    name: "an event id counts once",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: go(w) }, async ({ event, step }) => {
        await step.run("say", () => w.log(`n${event.data.n}`));
      }),
    ],
    play: async (w) => {
      for (const n of [1, 2, 3]) await w.send("go", { n }, w.fn("same-id"));
      await w.settled();
    },
    expected: ["n1"],
  },
  {
    name: "a function's idempotency key starts one run a day",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: go(w), idempotency: "event.data.order" },
        async ({ event, step }) => {
          await step.run("say", () => w.log(`order ${event.data.order}`));
        },
      ),
    ],
    sorted: true,
    play: async (w) => {
      for (const order of ["a", "b", "a", "b"]) await w.send("go", { order });
      await w.settled();
    },
    expected: ["order a", "order b"],
  },
  {
    name: "a concurrency key lets one run at a time through, other keys beside it",
    functions: (w) => {
      const { work, most } = crowd();
      return [
        w.client.createFunction(
          { id: w.fn("f"), triggers: go(w), concurrency: { limit: 1, key: "event.data.key" } },
          async ({ event, step }) => {
            await step.run("work", () => work(String(event.data.key)));
            await step.run("seen", () => w.log(`${event.data.key} ${most(String(event.data.key))}`));
          },
        ),
      ];
    },
    sorted: true,
    play: async (w) => {
      const keys = ["a", "b", "a", "b", "a"];
      await w.client.send(keys.map((key) => ({ name: w.event("go"), data: { key } })));
      await w.settled();
    },
    expected: ["a 1", "a 1", "a 1", "b 1", "b 1"],
  },
  {
    name: "a concurrency limit holds for the whole function",
    functions: (w) => {
      const { work, most } = crowd();
      return [
        w.client.createFunction({ id: w.fn("f"), triggers: go(w), concurrency: 2 }, async ({ step }) => {
          await step.run("work", () => work("all"));
          await step.run("seen", () => w.log(most("all") <= 2 ? "two at most" : `${most("all")}`));
        }),
      ];
    },
    sorted: true,
    play: async (w) => {
      await w.client.send(Array.from({ length: 8 }, (_, n) => ({ name: w.event("go"), data: { n } })));
      await w.settled();
    },
    expected: Array.from({ length: 8 }, () => "two at most"),
  },
  {
    name: "a sleeping run does not take up concurrency",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: go(w), concurrency: 1 }, async ({ event, step }) => {
        await step.run("say", () => w.log(`in ${event.data.n}`));
        if (event.data.n === 1) {
          await step.waitForEvent("on", { event: w.event("on"), timeout: "20s" });
          await step.run("out", () => w.log("out 1"));
        }
      }),
    ],
    play: async (w) => {
      await w.send("go", { n: 1 });
      await w.until(() => w.lines.includes("in 1"));
      await w.send("go", { n: 2 });
      await w.until(() => w.lines.includes("in 2"));
      await w.send("on");
      await w.settled();
    },
    expected: ["in 1", "in 2", "out 1"],
  },
  {
    name: "a throttle spaces the starts and loses none",
    functions: (w) => {
      const starts: number[] = [];
      return [
        w.client.createFunction(
          { id: w.fn("f"), triggers: go(w), throttle: { limit: 1, period: "1s" } },
          async ({ step }) => {
            await step.run("start", () => {
              starts.push(Date.now());
              const gap = starts.length > 1 ? (starts.at(-1) ?? 0) - (starts.at(-2) ?? 0) : 1000;
              w.log(gap > 500 ? "spaced" : `only ${gap} ms`);
            });
          },
        ),
      ];
    },
    play: async (w) => {
      await w.client.send(Array.from({ length: 3 }, () => ({ name: w.event("go"), data: {} })));
      await w.settled();
    },
    expected: ["spaced", "spaced", "spaced"],
  },
  {
    name: "a rate limit drops what is over it",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: go(w), rateLimit: { limit: 2, period: "1h", key: "event.data.user" } },
        async ({ event, step }) => {
          await step.run("say", () => w.log(`${event.data.user}${event.data.n}`));
        },
      ),
    ],
    sorted: true,
    play: async (w) => {
      for (const n of [1, 2, 3]) await w.send("go", { user: "a", n });
      await w.send("go", { user: "b", n: 1 });
      await w.settled();
    },
    expected: ["a1", "a2", "b1"],
  },
  {
    name: "a debounce runs once, with the last event",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: go(w), debounce: { period: "1s", key: "event.data.user" } },
        async ({ event, step }) => {
          await step.run("say", () => w.log(`last ${event.data.n}`));
        },
      ),
    ],
    play: async (w) => {
      for (const n of [1, 2, 3]) await w.send("go", { user: "a", n });
      await w.settled();
    },
    expected: ["last 3"],
  },
  {
    name: "a full batch runs at once with all its events",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: go(w), batchEvents: { maxSize: 3, timeout: "20s" } },
        async ({ events, step }) => {
          await step.run("say", () =>
            w.log(events.map((event: { data: Record<string, unknown> }) => event.data.n).join("+")),
          );
        },
      ),
    ],
    play: async (w) => {
      for (const n of [1, 2, 3]) await w.send("go", { n });
      await w.settled();
    },
    expected: ["1+2+3"],
  },
  {
    name: "a batch that does not fill runs after its time-out",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: go(w), batchEvents: { maxSize: 50, timeout: "1s" } },
        async ({ events, step }) => {
          await step.run("say", () => w.log(`${events.length} events`));
        },
      ),
    ],
    play: async (w) => {
      for (const n of [1, 2]) await w.send("go", { n });
      await w.settled();
    },
    expected: ["2 events"],
  },
  {
    name: "priority moves a run ahead of those that wait",
    functions: (w) => [
      w.client.createFunction(
        {
          id: w.fn("f"),
          triggers: go(w),
          concurrency: 1,
          priority: { run: "event.data.name == 'high' ? 120 : 0" },
        },
        async ({ event, step }) => {
          await step.run("work", async () => {
            w.log(String(event.data.name));
            if (event.data.name === "first") await w.until(() => w.lines.includes("released"));
          });
        },
      ),
    ],
    play: async (w) => {
      await w.send("go", { name: "first" });
      await w.until(() => w.lines.includes("first"));
      for (const name of ["low", "high"]) await w.send("go", { name });
      w.log("released");
      await w.settled();
    },
    expected: ["first", "released", "high", "low"],
  },
  {
    name: "a singleton skips what comes while it runs",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: go(w), singleton: { mode: "skip", key: "event.data.user" } },
        async ({ event, step }) => {
          await step.run("in", () => w.log(`in ${event.data.n}`));
          await step.waitForEvent("on", { event: w.event("on"), timeout: "20s" });
          await step.run("out", () => w.log(`out ${event.data.n}`));
        },
      ),
    ],
    play: async (w) => {
      await w.send("go", { user: "a", n: 1 });
      await w.until(() => w.lines.includes("in 1"));
      await w.send("go", { user: "a", n: 2 });
      await w.send("on");
      await w.settled();
    },
    expected: ["in 1", "out 1"],
  },
  {
    name: "a singleton in cancel mode keeps the newest run",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: go(w), singleton: { mode: "cancel" } },
        async ({ event, step }) => {
          await step.run("in", () => w.log(`in ${event.data.n}`));
          await step.sleep("nap", event.data.n === 1 ? "20s" : "1s");
          await step.run("out", () => w.log(`out ${event.data.n}`));
        },
      ),
    ],
    play: async (w) => {
      await w.send("go", { n: 1 });
      await w.until(() => w.lines.includes("in 1"));
      await w.send("go", { n: 2 });
      await w.settled();
    },
    expected: ["in 1", "in 2", "out 2"],
  },
  {
    name: "a schedule fires each tick once",
    localOnly: "the server's schedules have no seconds",
    functions: (w) => {
      const ticks = new Set<number>();
      return [
        w.client.createFunction(
          { id: w.fn("f"), triggers: [{ cron: "* * * * * *" }] },
          async ({ event, step }) => {
            await step.run("tick", () => {
              const second = Math.floor((event.ts ?? 0) / 1000);
              if (ticks.size < 3) w.log(ticks.has(second) ? "twice" : "tick");
              ticks.add(second);
            });
          },
        ),
      ];
    },
    play: (w) => w.until(() => w.lines.length >= 3),
    expected: ["tick", "tick", "tick"],
  },
  {
    name: "a run that takes longer than its function allows is cancelled",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: go(w), timeouts: { finish: "1s" } },
        async ({ step }) => {
          await step.run("in", () => w.log("in"));
          await step.sleep("long", "25s");
          await step.run("out", () => w.log("out"));
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["in"],
  },
  {
    name: "a run that could not start in time is cancelled",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: go(w), throttle: { limit: 1, period: "60s" }, timeouts: { start: "1s" } },
        async ({ event, step }) => {
          await step.run("in", () => w.log(`in ${event.data.n}`));
        },
      ),
    ],
    play: async (w) => {
      for (const n of [1, 2]) await w.send("go", { n });
      await w.settled();
    },
    expected: ["in 1"],
  },
];
