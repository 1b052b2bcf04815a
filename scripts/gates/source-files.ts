import { readdirSync } from "node:fs";
import path from "node:path";

/** Folders whose code the gates look at. */
export const CODE_FOLDERS = [
  "app",
  "bench",
  "components",
  "db",
  "domain",
  "e2e",
  "inngest",
  "scripts",
  "server",
];

/** Built, not written: a bench builds its own app. */
const isBuilt = (folder: string) => folder.split(path.sep).includes(".next");

/** Every file of code below the given folders, tests included. */
export function sourceFiles(folders: readonly string[] = CODE_FOLDERS): string[] {
  return folders.flatMap((folder) => {
    try {
      return readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile() && !isBuilt(entry.parentPath) && /\.(ts|tsx|mjs)$/.test(entry.name))
        .map((entry) => path.join(entry.parentPath, entry.name));
    } catch {
      return [];
    }
  });
}
