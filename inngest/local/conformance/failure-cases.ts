import { type FailureEventArgs, NonRetriableError, RetryAfterError } from "inngest";
import type { Case } from "./world.ts";

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Retries, errors that are final, onFailure. */
export const failureCases: Case[] = [
  {
    name: "a failing function is tried again with the next attempt number",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), retries: 3, triggers: [{ event: w.event("go") }] },
        async ({ attempt }) => {
          w.log(`attempt ${attempt}`);
          if (attempt < 2) throw new Error("not yet");
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["attempt 0", "attempt 1", "attempt 2"],
  },
  {
    name: "a failing step is tried again, steps before it are not",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), retries: 3, triggers: [{ event: w.event("go") }] },
        async ({ step, attempt }) => {
          await step.run("before", () => w.log("before"));
          await step.run("flaky", () => {
            w.log(`flaky ${attempt}`);
            if (attempt < 2) throw new Error("not yet");
          });
          await step.run("after", () => w.log("after"));
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["before", "flaky 0", "flaky 1", "flaky 2", "after"],
  },
  {
    name: "each step has all its attempts, whatever earlier steps used up",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), retries: 2, triggers: [{ event: w.event("go") }] },
        async ({ step, attempt }) => {
          for (const id of ["a", "b"]) {
            await step.run(id, () => {
              w.log(`${id}${attempt}`);
              if (attempt < 2) throw new Error("not yet");
            });
          }
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["a0", "a1", "a2", "b0", "b1", "b2"],
  },
  {
    name: "an error after steps repeats the function but no step",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), retries: 2, triggers: [{ event: w.event("go") }] },
        async ({ step, attempt }) => {
          await step.run("once", () => w.log("once"));
          if (attempt === 0) throw new Error("late");
          await step.run("end", () => w.log("end"));
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["once", "end"],
  },
  {
    name: "a step that has used up its attempts can be caught",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), retries: 1, triggers: [{ event: w.event("go") }] },
        async ({ step }) => {
          const caught = await step
            .run("broken", () => {
              w.log("try");
              throw new Error("broken for good");
            })
            .catch((error: unknown) => messageOf(error));
          await step.run("on", () => w.log(`caught ${caught}`));
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["try", "try", "caught broken for good"],
  },
  {
    name: "one of several parallel steps fails, is tried again, and all join",
    sorted: true,
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), retries: 2, triggers: [{ event: w.event("go") }] },
        async ({ step, attempt }) => {
          await Promise.all([
            step.run("good", () => w.log("good")),
            step.run("flaky", () => {
              w.log(`flaky ${attempt}`);
              if (attempt === 0) throw new Error("not yet");
            }),
          ]);
          await step.run("end", () => w.log("joined"));
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["flaky 0", "flaky 1", "good", "joined"],
  },
  {
    name: "a run that has used up its attempts fails once and tells onFailure why",
    functions: (w) => [
      w.client.createFunction(
        {
          id: w.fn("f"),
          retries: 1,
          triggers: [{ event: w.event("go") }],
          onFailure: async ({ error, event }: FailureEventArgs) => {
            const original = event.data.event as { data: { n: number } };
            w.log(`failed: ${error.message} of ${original.data.n}`);
          },
        },
        async () => {
          w.log("try");
          throw new Error("never");
        },
      ),
    ],
    play: async (w) => {
      await w.send("go", { n: 7 });
      await w.until(() => w.lines.some((line) => line.startsWith("failed")));
      await w.settled();
    },
    expected: ["try", "try", "failed: never of 7"],
  },
  {
    name: "a NonRetriableError ends the run at once",
    functions: (w) => [
      w.client.createFunction(
        {
          id: w.fn("f"),
          retries: 4,
          triggers: [{ event: w.event("go") }],
          onFailure: async ({ error }: FailureEventArgs) => w.log(`failed: ${error.message}`),
        },
        async () => {
          w.log("try");
          throw new NonRetriableError("no use");
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.until(() => w.lines.length >= 2);
      await w.settled();
    },
    expected: ["try", "failed: no use"],
  },
  {
    name: "a NonRetriableError in a step is final and can be caught",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), retries: 4, triggers: [{ event: w.event("go") }] },
        async ({ step }) => {
          try {
            await step.run("bad", () => {
              w.log("try");
              throw new NonRetriableError("bad input");
            });
          } catch (error) {
            await step.run("caught", () => w.log(messageOf(error)));
          }
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["try", "bad input"],
  },
  {
    name: "an uncaught step error fails the run after the step's attempts",
    functions: (w) => [
      w.client.createFunction(
        {
          id: w.fn("f"),
          retries: 1,
          triggers: [{ event: w.event("go") }],
          onFailure: async ({ error }: FailureEventArgs) => w.log(`failed: ${error.message}`),
        },
        async ({ step }) => {
          await step.run("bad", () => {
            w.log("try");
            throw new Error("bad luck");
          });
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.until(() => w.lines.length >= 3);
      await w.settled();
    },
    expected: ["try", "try", "failed: bad luck"],
  },
  {
    name: "a RetryAfterError says when to try again",
    functions: (w) => [
      w.client.createFunction(
        { id: w.fn("f"), retries: 2, triggers: [{ event: w.event("go") }] },
        async ({ step, attempt }) => {
          const first = await step.run("first", () => Date.now());
          await step.run("limited", () => {
            if (attempt === 0) throw new RetryAfterError("slow down", 1000);
            w.log(Date.now() - first >= 900 ? "waited" : "too early");
          });
        },
      ),
    ],
    play: async (w) => {
      await w.send("go");
      await w.settled();
    },
    expected: ["waited"],
  },
];
