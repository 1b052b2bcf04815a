import type { Case } from "./world.ts";

/** Waiting for events and signals, sending, invoking, cancelling. */
export const eventCases: Case[] = [
  {
    name: "a wait gets the event it waits for",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        await step.run("ready", () => w.log("ready"));
        const reply = await step.waitForEvent("reply", { event: w.event("reply"), timeout: "20s" });
        await step.run("got", () => w.log(`got ${reply?.data.text}`));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.until(() => w.lines.includes("ready"));
      await w.send("reply", { text: "hi" });
      await w.settled();
    },
    expected: ["ready", "got hi"],
  },
  {
    name: "a reply sent before the wait is recorded is not lost",
    localOnly: "the server loses it without checkpointing",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        await step.run("ask", async () => {
          await w.send("reply", { text: "quick" }, `${w.fn("quick")}`);
        });
        const reply = await step.waitForEvent("reply", { event: w.event("reply"), timeout: "10s" });
        await step.run("got", () => w.log(`got ${reply?.data.text}`));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["got quick"],
  },
  {
    name: "a wait that times out gives null",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        const reply = await step.waitForEvent("reply", { event: w.event("reply"), timeout: "1s" });
        await step.run("got", () => w.log(`got ${reply}`));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["got null"],
  },
  {
    name: "a wait with a condition takes the first event that meets it",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        await step.run("ready", () => w.log("ready"));
        const reply = await step.waitForEvent("reply", {
          event: w.event("reply"),
          timeout: "20s",
          if: "async.data.n > 2 && async.data.user == event.data.user",
        });
        await step.run("got", () => w.log(`got ${reply?.data.n}`));
      }),
    ],
    play: async (w) => {
      await w.send("go", { user: "u" });
      await w.until(() => w.lines.includes("ready"));
      await w.send("reply", { n: 1, user: "u" });
      await w.send("reply", { n: 5, user: "v" });
      await w.send("reply", { n: 3, user: "u" });
      await w.settled();
    },
    expected: ["ready", "got 3"],
  },
  {
    name: "runs that wait for the same event by a key get each their own",
    sorted: true,
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: [{ event: w.event("go") }] },
        async ({ step, event }) => {
          await step.run("ready", () => w.log(`0 ready ${event.data.id}`));
          const reply = await step.waitForEvent("reply", {
            event: w.event("reply"),
            timeout: "20s",
            match: "data.id",
          });
          await step.run("got", () => w.log(`${event.data.id} got ${reply?.data.text}`));
        },
      ),
    ],
    play: async (w) => {
      for (const id of [1, 2, 3]) await w.send("go", { id });
      await w.until(() => new Set(w.lines).size === 3);
      for (const id of [3, 1, 2]) await w.send("reply", { id, text: `r${id}` });
      await w.settled();
    },
    expected: ["0 ready 1", "0 ready 2", "0 ready 3", "1 got r1", "2 got r2", "3 got r3"],
  },
  {
    name: "a loop of waits takes each event once, in order",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        for (let turn = 0; turn < 3; turn += 1) {
          await step.run("ask", () => w.log(`ask ${turn}`));
          const reply = await step.waitForEvent("reply", { event: w.event("reply"), timeout: "20s" });
          await step.run("got", () => w.log(`got ${reply?.data.n}`));
        }
      }),
    ],
    play: async (w) => {
      await w.send("go");
      for (let turn = 0; turn < 3; turn += 1) {
        await w.until(() => w.lines.includes(`ask ${turn}`));
        await w.send("reply", { n: turn });
      }
      await w.settled();
    },
    expected: ["ask 0", "got 0", "ask 1", "got 1", "ask 2", "got 2"],
  },
  {
    name: "a signal wakes the run that waits for it, with its data",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        const signal = w.fn("signal");
        await step.run("ready", () => w.log("ready"));
        const got = await step.waitForSignal("approved", { signal, timeout: "20s", onConflict: "replace" });
        await step.run("got", () => w.log(`got ${(got?.data as { by?: string } | undefined)?.by}`));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.until(async () => {
        if (w.lines.some((line) => line.startsWith("got"))) return true;
        const sent = await w.client
          .sendSignal({ signal: w.fn("signal"), data: { by: "Ana" } })
          .catch(() => null);
        return Boolean((sent as { runId?: string } | null)?.runId);
      });
      await w.settled();
    },
    expected: ["ready", "got Ana"],
  },
  {
    name: "a wait for a signal that never comes gives null",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        const got = await step.waitForSignal("approved", {
          signal: w.fn("never"),
          timeout: "1s",
          onConflict: "replace",
        });
        await step.run("got", () => w.log(`got ${got}`));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["got null"],
  },
  {
    name: "an event sent inside a step starts the next function",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        await step.sendEvent("tell", { name: w.event("next"), data: { from: "f" }, id: w.fn("told") });
      }),
      w.client.createFunction(
        { id: w.fn("g"), triggers: [{ event: w.event("next") }] },
        async ({ step, event }) => {
          await step.run("say", () => w.log(`from ${event.data.from}`));
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.until(() => w.lines.length > 0);
      await w.settled();
    },
    expected: ["from f"],
  },
  {
    name: "an invoked function's result comes back",
    functions: (w) => {
      const double = w.client.createFunction({ id: w.fn("double"), triggers: [] }, async ({ event, step }) =>
        step.run("double", () => w.log("doubling", (event.data as { n: number }).n * 2)),
      );
      const caller = w.client.createFunction(
        { id: w.fn("f"), triggers: [{ event: w.event("go") }] },
        async ({ step }) => {
          const twice = await step.invoke("call", { function: double, data: { n: 21 } });
          await step.run("got", () => w.log(`got ${twice}`));
        },
      );
      return [double, caller];
    },
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["doubling", "got 42"],
  },
  {
    name: "an invoked function's failure can be caught",
    functions: (w) => {
      const broken = w.client.createFunction({ id: w.fn("broken"), retries: 0, triggers: [] }, async () => {
        throw new Error("inner trouble");
      });
      const caller = w.client.createFunction(
        { id: w.fn("f"), triggers: [{ event: w.event("go") }] },
        async ({ step }) => {
          try {
            await step.invoke("call", { function: broken, data: {} });
          } catch (error) {
            await step.run("caught", () => w.log(error instanceof Error ? error.message : "?"));
          }
        },
      );
      return [broken, caller];
    },
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["inner trouble"],
  },
  {
    name: "invoking a function that takes too long fails after the time-out",
    functions: (w) => {
      const slow = w.client.createFunction({ id: w.fn("slow"), triggers: [] }, async ({ step }) => {
        await step.sleep("long", "3s");
      });
      const caller = w.client.createFunction(
        { id: w.fn("f"), triggers: [{ event: w.event("go") }] },
        async ({ step }) => {
          const outcome = await step
            .invoke("call", { function: slow, data: {}, timeout: "1s" })
            .then(() => "in time")
            .catch(() => "too slow");
          await step.run("seen", () => w.log(outcome));
        },
      );
      return [slow, caller];
    },
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["too slow"],
  },
  {
    name: "an event cancels a run between its steps",
    functions: (w) => [
      w.client.createFunction(
        {
          id: w.fn("f"),
          triggers: [{ event: w.event("go") }],
          cancelOn: [{ event: w.event("stop"), match: "data.id" }],
        },
        async ({ step, event }) => {
          await step.run("ready", () => w.log(`ready ${event.data.id}`));
          await step.sleep("nap", event.data.id === 1 ? "20s" : "2s");
          await step.run("after", () => w.log(`after ${event.data.id}`));
        },
      ),
    ],
    sorted: true,
    play: async (w) => {
      await w.send("go", { id: 1 });
      await w.send("go", { id: 2 });
      await w.until(() => w.lines.length >= 2);
      await w.send("stop", { id: 1 });
      await w.settled();
    },
    expected: ["after 2", "ready 1", "ready 2"],
  },
  {
    name: "a trigger's condition decides which events start a run",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: [{ event: w.event("go"), if: "event.data.total > 100" }] },
        async ({ event, step }) => {
          await step.run("say", () => w.log(`paid ${event.data.total}`));
        },
      ),
    ],
    play: async (w) => {
      for (const total of [50, 150, 100]) await w.send("go", { total });
      await w.until(() => w.lines.length > 0);
      await w.settled();
    },
    expected: ["paid 150"],
  },
  {
    name: "a function with two triggers runs for either",
    sorted: true,
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: [{ event: w.event("one") }, { event: w.event("two") }] },
        async ({ event, step }) => {
          await step.run("say", () => w.log(event.name === w.event("one") ? "one" : "two"));
        },
      ),
    ],
    play: async (w) => {
      await w.send("one");
      await w.send("two");
      await w.settled();
    },
    expected: ["one", "two"],
  },
  {
    name: "a race is decided by the first wait that ends",
    functions: (w) => [
      w.client.createFunction({ id: w.fn("f"), triggers: [{ event: w.event("go") }] }, async ({ step }) => {
        const winner = await Promise.race([
          step.sleep("short", "1s").then(() => "sleep"),
          step.waitForEvent("never", { event: w.event("never"), timeout: "2s" }).then(() => "event"),
        ]);
        await step.run("say", () => w.log(winner));
      }),
    ],
    play: async (w) => {
      await w.send("go");
      await w.until(() => w.lines.length > 0);
      await w.settled();
    },
    expected: ["sleep"],
  },
  {
    name: "a trigger on a whole family of events takes each of them",
    localOnly: "names of the suite contain a slash of their own",
    sorted: true,
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: [{ event: w.event("*") }] },
        async ({ event, step }) => {
          await step.run("say", () => w.log(event.name.slice(w.event("").length)));
        },
      ),
    ],
    play: async (w) => {
      for (const name of ["one", "two"]) await w.send(name);
      await w.settled();
    },
    expected: ["one", "two"],
  },
  {
    name: "a race mode of parallel steps goes on with the first that ends",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), triggers: [{ event: w.event("go") }] },
        async ({ step, group }) => {
          const first = await group.parallel({ mode: "race" }, () =>
            Promise.race([
              step.run("quick", () => "quick"),
              step.waitForEvent("slow", { event: w.event("slow"), timeout: "2s" }).then(() => "slow"),
            ]),
          );
          await step.run("say", () => w.log(first));
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.until(() => w.lines.length > 0);
      await w.settled();
    },
    expected: ["quick"],
  },
];
