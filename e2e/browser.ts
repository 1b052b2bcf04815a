import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

function runnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** An installed Chromium or Chrome, else Playwright's own download; null where there is neither. */
function findInstalled(): string | null {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const named = folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name)));
  const found = [process.env.CHROME_PATH ?? "", ...named, ...PLACES].find((file) => file && runnable(file));
  if (found) return found;
  const own = chromium.executablePath();
  return own && existsSync(own) ? own : null;
}

/** Unpacks the registry's Chromium into a folder of this user, so that two users of a machine do not meet. */
async function unpackFromRegistry() {
  const folder = path.join(tmpdir(), `aurora-browser-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    const packed = await import("@sparticuz/chromium");
    const executablePath = await packed.default.executablePath();
    const libraries = await packed.inflate(
      path.join(import.meta.dirname, "..", "node_modules", "@sparticuz", "chromium", "bin", "al2023.tar.br"),
    );
    return { executablePath, libraries: path.join(libraries, "lib"), args: packed.default.args };
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/** Starts a browser of whatever this machine offers. Throws where none starts: journeys are never skipped. */
export async function launchBrowser(): Promise<Browser> {
  const installed = findInstalled();
  if (installed) return chromium.launch({ executablePath: installed, args: FLAGS });
  const { executablePath, libraries, args } = await unpackFromRegistry();
  const launch = (env: Record<string, string | undefined>) =>
    chromium.launch({
      executablePath,
      args: [...new Set([...args, ...FLAGS])],
      env: Object.fromEntries(
        Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
    });
  try {
    return await launch(process.env);
  } catch {
    // A bare machine lacks the libraries that a desktop has; the package brings them.
    const search = [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
    return launch({ ...process.env, LD_LIBRARY_PATH: search });
  }
}
