import { LRUCache } from "lru-cache";
import { withSystem } from "#db/system.ts";
import { env } from "./env.ts";
import { once } from "./process.ts";

const cache = once("demo.mode", () => new LRUCache<string, boolean>({ max: 1, ttl: 5_000 }));

/** Whether the demo is on: the seed stores it, so it survives restarts; `AURORA_DEMO=0` and production switch it off. */
export async function demoMode(): Promise<boolean> {
  if (env().AURORA_DEMO === "0" || env().production) return false;
  const known = cache.get("demo");
  if (known !== undefined) return known;
  const rows = await withSystem(
    "read demo mode",
    (tx) => tx.sql`select value from platform_settings where key = 'demo'`,
  );
  const on = rows[0]?.value === true;
  cache.set("demo", on);
  return on;
}
