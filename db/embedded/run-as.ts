import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chownSync, cpSync, existsSync, mkdirSync } from "node:fs";
import path from "node:path";

/** How to run the server's programs: a command prefix, or another user, with the folders that fit it. */
export type RunAs = {
  readonly prefix: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
  readonly nativeFolder: string;
  readonly clusterFolder: string;
  readonly note?: string;
};

const UNSHARE = ["unshare", "-U", "--map-user=1000", "--map-group=1000"] as const;

function userNamespaceWorks(): boolean {
  const [command, ...args] = UNSHARE;
  return spawnSync(command, [...args, "true"], { stdio: "ignore" }).status === 0;
}

function systemUser(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, "aurora"], { encoding: "utf8" }));
  if (spawnSync("id", ["-u", "aurora"], { stdio: "ignore" }).status !== 0) {
    execFileSync("useradd", ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "aurora"]);
  }
  return { uid: id("-u"), gid: id("-g") };
}

/**
 * PostgreSQL refuses to run as root. As root it therefore runs in a user namespace in which we are an ordinary user:
 * no user is added, no file changes its owner. Only where the kernel refuses that, a system user `aurora` is made and
 * binaries and data live under /var/lib/aurora. An ordinary user needs neither.
 */
export function chooseRunAs(nativeFolder: string, dataFolder: string): RunAs {
  const clusterFolder = path.join(dataFolder, "postgres");
  if (process.getuid?.() !== 0) return { prefix: [], nativeFolder, clusterFolder };
  if (process.platform === "linux" && userNamespaceWorks())
    return { prefix: UNSHARE, nativeFolder, clusterFolder };
  const { uid, gid } = systemUser();
  const hash = createHash("sha256").update(path.resolve(dataFolder)).digest("hex").slice(0, 12);
  const home = path.join("/var/lib/aurora", hash);
  const native = path.join(home, "native");
  mkdirSync(home, { recursive: true, mode: 0o755 });
  if (!existsSync(native)) cpSync(nativeFolder, native, { recursive: true, verbatimSymlinks: true });
  const cluster = path.join(home, "postgres");
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  chownSync(cluster, uid, gid);
  const note = `This kernel refuses user namespaces, so PostgreSQL runs as the user "aurora" with its data in ${home}.`;
  return { prefix: [], uid, gid, nativeFolder: native, clusterFolder: cluster, note };
}
