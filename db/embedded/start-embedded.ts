import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { createPool } from "../client.ts";
import { embeddedNativeFolder } from "./binaries.ts";
import { chooseRunAs, type RunAs } from "./run-as.ts";

export type EmbeddedPostgres = {
  /** For the application: signs in as `aurora`, which is no superuser and inherits nothing. */
  url: string;
  /** For migrations and for making databases. */
  adminUrl: string;
  note?: string;
  adopted: boolean;
  stop: () => Promise<void>;
};

type Options = { dataFolder: string; settings?: Record<string, string> };

const SETTINGS = {
  listen_addresses: "127.0.0.1",
  max_connections: "80",
  shared_buffers: "256MB",
  effective_cache_size: "2GB",
  work_mem: "16MB",
  maintenance_work_mem: "256MB",
  max_wal_size: "2GB",
  wal_compression: "off",
  checkpoint_timeout: "15min",
  random_page_cost: "1.1",
  jit: "off",
  update_process_title: "off",
  // A prepared plan made for an empty table stays until the table is analysed: a new house must not wait a minute.
  autovacuum_naptime: "15s",
  log_min_messages: "warning",
  log_destination: "stderr",
};

/** The kernel's limit for a socket's path, its end and the longest port included. */
const SOCKET_PATH_LIMIT = 103;

/** Where the server puts its socket file; none where the path is too long or the system has none: TCP then. */
function socketFolder({ clusterFolder }: RunAs): string {
  const longest = Buffer.byteLength(path.join(clusterFolder, ".s.PGSQL.65535"));
  return process.platform !== "win32" && longest <= SOCKET_PATH_LIMIT ? clusterFolder : "";
}

function command(run: RunAs, program: string, args: string[]): [string, string[]] {
  const full = [...run.prefix, path.join(run.nativeFolder, "bin", program), ...args];
  return [full[0] as string, full.slice(1)];
}

function readOrMakePassword(folder: string): string {
  const file = path.join(folder, "postgres-password");
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  const password = randomBytes(24).toString("base64url");
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return password;
}

function initialise(run: RunAs, dataFolder: string, password: string): void {
  if (existsSync(path.join(run.clusterFolder, "PG_VERSION"))) return;
  const passwordFile = path.join(path.dirname(run.clusterFolder), "initdb-password");
  writeFileSync(passwordFile, password, { mode: 0o644 });
  const args = [
    "-D",
    run.clusterFolder,
    "-U",
    "postgres",
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
  ];
  const [program, rest] = command(run, "initdb", [...args, "-E", "UTF8", "--locale=C.UTF-8"]);
  const made = spawnSync(program, rest, { encoding: "utf8", uid: run.uid, gid: run.gid });
  rmSync(passwordFile, { force: true });
  if (made.status !== 0) {
    rmSync(run.clusterFolder, { recursive: true, force: true });
    const reason = `${made.stderr ?? ""}${made.error?.message ?? ""}`.trim().split("\n").at(-1);
    throw new Error(`The embedded PostgreSQL could not be created in ${dataFolder}: ${reason}.`);
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** The process and port of a server that already runs on this cluster, from its own postmaster.pid. */
function runningServer(cluster: string): { pid: number; port: number } | undefined {
  const file = path.join(cluster, "postmaster.pid");
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").split("\n");
  const pid = Number(lines[0]);
  try {
    process.kill(pid, 0);
  } catch {
    return undefined;
  }
  return { pid, port: Number(lines[3]) };
}

const address = (port: number, password: string, database: string) =>
  `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;

async function answers(url: string): Promise<boolean> {
  const sql = createPool(url, { max: 1 });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function waitUntilReady(url: string, died: () => string | undefined): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    if (await answers(url)) return;
    const reason = died();
    if (reason !== undefined) throw new Error(`The embedded PostgreSQL did not start: ${reason}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The embedded PostgreSQL did not answer within 30 seconds.");
}

async function stopServer(pid: number): Promise<void> {
  const alive = () => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  if (alive()) process.kill(pid, "SIGINT");
  for (const deadline = Date.now() + 20_000; alive() && Date.now() < deadline; ) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function launch(run: RunAs, dataFolder: string, port: number, settings: Record<string, string>) {
  const log = path.join(dataFolder, "postgres.log");
  const output = openSync(log, "a", 0o600);
  const sockets = { unix_socket_directories: socketFolder(run) };
  const flags = Object.entries({ ...SETTINGS, ...sockets, ...settings }).flatMap(([key, value]) => [
    "-c",
    `${key}=${value}`,
  ]);
  const [program, args] = command(run, "postgres", ["-D", run.clusterFolder, "-p", String(port), ...flags]);
  // Its own process group: Ctrl-C in the terminal must reach Aurora first, which then stops the server in order.
  const child = spawn(program, args, {
    detached: true,
    stdio: ["ignore", output, output],
    uid: run.uid,
    gid: run.gid,
  });
  let reason: string | undefined;
  child.on("error", (error) => {
    reason = error.message;
  });
  child.on("exit", () => {
    reason ??= readFileSync(log, "utf8").trim().split("\n").at(-1) ?? "it ended at once";
  });
  child.unref();
  return { pid: child.pid ?? 0, died: () => reason };
}

/**
 * Starts the embedded PostgreSQL of a data folder (creating it the first time), or takes over the one a killed Aurora
 * left running, and returns the address of its `aurora` database. Throws one readable sentence when it cannot.
 */
export async function startEmbeddedPostgres({
  dataFolder,
  settings = {},
}: Options): Promise<EmbeddedPostgres> {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const run = chooseRunAs(embeddedNativeFolder(), path.resolve(dataFolder));
  const password = readOrMakePassword(dataFolder);
  // This process's connections, and its children's, find the server's socket file by it.
  process.env.DATABASE_SOCKET_FOLDER = socketFolder(run);
  const running = runningServer(run.clusterFolder);
  if (running && (await answers(address(running.port, password, "postgres")))) {
    return finish(running.port, password, running.pid, true, run.note);
  }
  if (running) await stopServer(running.pid);
  initialise(run, dataFolder, password);
  const port = await freePort();
  const { pid, died } = launch(run, dataFolder, port, settings);
  await waitUntilReady(address(port, password, "postgres"), died);
  return finish(port, password, pid, false, run.note);
}

async function finish(port: number, password: string, pid: number, adopted: boolean, note?: string) {
  const sql = createPool(address(port, password, "postgres"), { max: 1 });
  const found = await sql`select 1 from pg_database where datname = 'aurora'`;
  if (found.length === 0) {
    await sql.unsafe(`create role aurora login nosuperuser noinherit password '${password}'`);
    await sql.unsafe("create database aurora");
  }
  await sql.end();
  const adminUrl = address(port, password, "aurora");
  const url = adminUrl.replace("//postgres:", "//aurora:");
  return { url, adminUrl, adopted, stop: () => stopServer(pid), ...(note ? { note } : {}) };
}
