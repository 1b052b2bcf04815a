import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import path from "node:path";

const NEEDED_BYTES = 300 * 1024 * 1024;

/** Makes the data folder and proves that it can be written and has room. Throws one sentence otherwise. */
export function openDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const probe = path.join(folder, ".probe");
    writeFileSync(probe, "x");
    rmSync(probe);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new Error(
      `The data directory ${folder} cannot be written (${reason}): set AURORA_DATA_DIR to one that can.`,
    );
  }
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < NEEDED_BYTES) {
    throw new Error(
      `The disk of ${folder} has less than 300 MB left: free some space, or set AURORA_DATA_DIR elsewhere.`,
    );
  }
}

type Lock = { pid: number; started: string | null };

/** When a process began, as the kernel counts it; tells a living Aurora from another process that got its number. */
function startedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function alive({ pid, started }: Lock): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  return started === null || startedAt(pid) === started;
}

/** Takes the folder's lock; a dead holder's is taken over. Returns how to give it back. */
export function lockDataFolder(folder: string): () => void {
  const file = path.join(folder, "aurora.lock");
  if (existsSync(file)) {
    const holder = JSON.parse(readFileSync(file, "utf8") || "{}") as Partial<Lock>;
    if (
      holder.pid &&
      holder.pid !== process.pid &&
      alive({ pid: holder.pid, started: holder.started ?? null })
    ) {
      throw new Error(
        `The data directory ${folder} is in use by another Aurora (process ${holder.pid}): stop it, or set AURORA_DATA_DIR.`,
      );
    }
  }
  writeFileSync(file, JSON.stringify({ pid: process.pid, started: startedAt(process.pid) }), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** The secrets of this installation, made on the first start where the environment does not set them. */
export function ensureSecrets(folder: string): void {
  const file = path.join(folder, "secrets.json");
  const stored = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>) : {};
  for (const name of ["AUTH_SECRET", "ENCRYPTION_KEY"]) {
    stored[name] ??= randomBytes(32).toString("base64url");
    process.env[name] ||= stored[name];
  }
  writeFileSync(file, JSON.stringify(stored), { mode: 0o600 });
  chmodSync(file, 0o600);
}
