import { beforeAll, describe, expect, it } from "vitest";
import { cases } from "./cases.ts";
import { type Case, LocalWorld, type Mode } from "./world.ts";

const AT_ONCE = 8;

type Played = { lines: string[]; kills: number; error: unknown };

async function play(mode: Mode, entry: Case): Promise<Played> {
  const world = new LocalWorld(mode, entry.name);
  let error: unknown = null;
  let kills = 0;
  try {
    await world.start(entry.functions(world));
    await entry.play(world);
  } catch (problem) {
    error = problem;
  } finally {
    kills = world.kills;
    await world.stop().catch(() => undefined);
  }
  return { lines: world.lines, kills, error };
}

/** After a crash a step that was under way runs again, so where the order is free repeats are not counted. */
function shown(mode: Mode, entry: Case, lines: string[]): string[] {
  if (!entry.sorted) return lines;
  return (mode === "killed" ? [...new Set(lines)] : [...lines]).sort();
}

/** Plays every case in one mode, several at a time, and reports each as a test of its own. */
export function playCases(mode: Mode): void {
  const played = new Map<string, Played>();

  beforeAll(async () => {
    const waiting = [...cases];
    const lane = async () => {
      for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
        played.set(entry.name, await play(mode, entry));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }, 120_000);

  describe(`conformance, ${mode}`, () => {
    it.each(cases.map((entry) => [entry.name, entry] as const))("%s", (name, entry) => {
      const result = played.get(name);
      if (result?.error) throw result.error;
      expect(shown(mode, entry, result?.lines ?? [])).toEqual(shown(mode, entry, entry.expected));
    });
  });

  if (mode === "killed") {
    it("the executor really was dropped in the middle of runs", () => {
      const kills = [...played.values()].reduce((sum, { kills }) => sum + kills, 0);
      expect(kills).toBeGreaterThan(60);
    });
  }
}
