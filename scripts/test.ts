import { startEmbeddedPostgres } from "#db/embedded/start-embedded.ts";
import type { GateResult } from "./gates/run-gate.ts";
import { deadCodeGate, importGate, lintGate, sizeGate, typeGate } from "./gates/structure.ts";
import { runSuites } from "./gates/suites.ts";
import { startProduct } from "./product.ts";
import { buildWhenStale } from "./serve/build.ts";

const GATES: Record<string, () => GateResult> = {
  lint: lintGate,
  types: typeGate,
  imports: importGate,
  sizes: sizeGate,
  "dead-code": deadCodeGate,
};

/** The tests' own Postgres outlives the suites' processes only as long as this run. */
async function databaseSuites(): Promise<GateResult> {
  const settings = {
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    max_connections: "200",
  };
  const server = await startEmbeddedPostgres({
    dataFolder: process.env.AURORA_TEST_DATA_DIR ?? ".data/test",
    settings,
  });
  try {
    return runSuites(["unit", "integration"], {}, 200);
  } finally {
    if (!server.adopted) await server.stop();
  }
}

async function browserSuite(): Promise<GateResult> {
  buildWhenStale();
  const product = await startProduct();
  try {
    return runSuites(["browser"], { BASE_URL: product.baseUrl, DEMO_JSON: product.demoFile });
  } finally {
    const code = await product.stop();
    if (code !== 0) process.stdout.write(`The product ended with ${code}.\n`);
  }
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const runs = (name: string) => wanted.length === 0 || wanted.includes(name);
  const results: GateResult[] = [];
  for (const [name, gate] of Object.entries(GATES)) if (runs(name)) results.push(gate());
  if (runs("suites")) results.push(await databaseSuites());
  if (runs("browser")) results.push(await browserSuite());
  const sum = (key: "passed" | "failed" | "skipped") =>
    results.reduce((total, result) => total + result[key], 0);
  process.stdout.write(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped\n`);
  process.exitCode = sum("failed") > 0 || results.length === 0 ? 1 : 0;
}

await main();
