import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import path from "node:path";

/** Builds and serves a Next app that has nothing but one route with one INSERT, the way the product is served. */
async function serveBareApp(port: number): Promise<void> {
  const dir = path.join(import.meta.dirname, "bare-app");
  const program = path.join("node_modules", "next", "dist", "bin", "next");
  const env = { ...process.env, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  const built = spawnSync(process.execPath, [program, "build", dir], { encoding: "utf8", env });
  if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
  Object.assign(process.env, { NODE_ENV: "production" });
  const { default: next } = await import("next");
  const app = next({ dev: false, dir, port });
  const handle = app.getRequestHandler();
  await app.prepare();
  const server = createServer((request, response) => void handle(request, response));
  server.keepAliveTimeout = 65_000;
  server.listen(port);
}

await serveBareApp(Number(process.argv[2]));
