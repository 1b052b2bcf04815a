import { beforeAll, describe, expect, it } from "vitest";
import { cases } from "./cases.ts";
import { ServerWorld } from "./server-world.ts";

const baseUrl = process.env.INNGEST_BASE_URL;
const comparable = cases.filter((entry) => !entry.localOnly);

// The oracle: with INNGEST_BASE_URL set the same functions must write the same transcripts on a real server.
describe.runIf(baseUrl)("conformance, on the Inngest server", () => {
  const played = new Map<string, { lines: string[]; error: unknown }>();

  beforeAll(async () => {
    const waiting = [...comparable];
    const lane = async () => {
      for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
        const world = new ServerWorld(baseUrl ?? "");
        const error = await world
          .start(entry.functions(world))
          .then(() => entry.play(world))
          .then(
            () => null,
            (problem: unknown) => problem,
          );
        await world.stop();
        played.set(entry.name, { lines: world.lines, error });
      }
    };
    await Promise.all(Array.from({ length: 10 }, lane));
  }, 1_800_000);

  it.each(comparable.map((entry) => [entry.name, entry] as const))("%s", (name, entry) => {
    const result = played.get(name);
    if (result?.error) throw result.error;
    const shown = (lines: string[]) => (entry.sorted ? [...lines].sort() : lines);
    expect(shown(result?.lines ?? [])).toEqual(shown(entry.expected));
  });
});

describe("conformance table", () => {
  it("holds at least forty cases with names of their own", () => {
    expect(new Set(cases.map((entry) => entry.name)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(40);
    expect(comparable.length).toBeGreaterThan(cases.length - 4);
  });
});
