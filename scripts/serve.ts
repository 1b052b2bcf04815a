import { createServer } from "node:http";
import net from "node:net";
import path from "node:path";
import { closePool } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded/start-embedded.ts";
import { migrate } from "#db/migrate.ts";
import { newId } from "#domain/core/id.ts";
import { prepareDemo } from "#server/demo/seed/prepare-demo.ts";
import { stopHousekeeping } from "#server/housekeeping/start-housekeeping.ts";
import { clientAddress } from "#server/runtime/client-address.ts";
import { parseEnv } from "#server/runtime/env.ts";
import { logger } from "#server/runtime/logger.ts";
import { forget } from "#server/runtime/process.ts";
import { stopDurableWork } from "../inngest/start.ts";
import { buildWhenStale } from "./serve/build.ts";
import { ensureSecrets, lockDataFolder, openDataFolder } from "./serve/data-folder.ts";
import { type Handler, withWebhookDoor } from "./serve/webhook-door.ts";

const dev = process.argv.includes("--dev");
const onExit: (() => Promise<void> | void)[] = [];

/** Throws one sentence when somebody listens on the port already. */
function requireFreePort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", () =>
      reject(new Error(`Port ${port} is taken: stop what listens there, or set PORT to another.`)),
    );
    probe.listen(port, () => probe.close(() => resolve()));
  });
}

async function openDatabase(folder: string): Promise<void> {
  if (process.env.DATABASE_URL) {
    await migrate(process.env.DATABASE_DIRECT_URL ?? process.env.DATABASE_URL);
    return;
  }
  const server = await startEmbeddedPostgres({ dataFolder: folder });
  onExit.unshift(() => server.stop());
  if (server.note) process.stdout.write(`${server.note}\n`);
  process.env.DATABASE_URL = server.url;
  process.env.DATABASE_DIRECT_URL = server.adminUrl;
  await migrate(server.adminUrl, "aurora");
}

/** Gives every request an id and logs it with its time; the id is on the answer too. */
function logged(handle: Handler): Handler {
  return async (request, response) => {
    const started = performance.now();
    const requestId = String(request.headers["x-request-id"] ?? newId());
    request.headers["x-request-id"] = requestId;
    const forwarded = request.headers["x-forwarded-for"];
    request.headers["x-forwarded-for"] = clientAddress(request.socket.remoteAddress, String(forwarded ?? ""));
    delete request.headers["x-real-ip"];
    response.setHeader("x-request-id", requestId);
    response.once("finish", () => {
      const ms = Math.round(performance.now() - started);
      const { method, url } = request;
      if (!url?.startsWith("/_next/"))
        logger.debug({ requestId, method, url, status: response.statusCode, ms }, "request");
    });
    await handle(request, response);
  };
}

async function listen(port: number): Promise<void> {
  Object.assign(process.env, { NODE_ENV: dev ? "development" : "production" });
  const { default: next } = await import("next");
  const app = next({ dev, dir: process.cwd(), port });
  const pages = app.getRequestHandler();
  // In development a changed door must be the one that answers: Next's.
  const handle = dev ? pages : withWebhookDoor(pages);
  await app.prepare();
  const server = createServer(logged((request, response) => handle(request, response)));
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve) => server.listen(port, resolve));
  onExit.unshift(async () => {
    server.close();
    server.closeIdleConnections();
    await stopHousekeeping();
    await stopDurableWork(5_000);
    server.closeAllConnections();
    await closePool();
  });
}

async function shutDown(): Promise<void> {
  for (const step of onExit) {
    try {
      await step();
    } catch (error) {
      logger.error({ error }, "a step of the shutdown failed");
    }
  }
}

async function main(): Promise<void> {
  const env = parseEnv(process.env);
  const folder = path.resolve(env.AURORA_DATA_DIR);
  process.env.AURORA_DATA_DIR = folder;
  openDataFolder(folder);
  onExit.push(lockDataFolder(folder));
  await requireFreePort(env.PORT);
  if (!env.production) ensureSecrets(folder);
  process.env.NEXTAUTH_URL = env.appUrl;
  process.env.PORT = String(env.PORT);
  // Modules loaded so far may have read the environment without these.
  forget("env");
  await openDatabase(folder);
  // A plain copy: every look at the real environment is a call into the system, and a library copies it seven times a run.
  process.env = { ...process.env };
  const demo = await prepareDemo(folder);
  if (!dev) buildWhenStale();
  await listen(env.PORT);
  process.stdout.write(`\nAurora is ready at ${env.appUrl}\n${demo}`);
}

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    process.stdout.write("\nStopping …\n");
    void shutDown().then(() => process.exit(0));
  });
}

main().catch(async (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env.LOG_LEVEL === "debug" && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  await shutDown();
  process.exit(1);
});
