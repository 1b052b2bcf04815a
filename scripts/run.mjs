// `node scripts/run.mjs file.ts …` runs a script of the project under the pinned Node; `--bin name …` a package's program.
import path from "node:path";
import { ensureInstalled, handOver } from "./start.mjs";

ensureInstalled();
const [first, ...rest] = process.argv.slice(2);
if (first === "--bin") handOver([path.join("node_modules", "drizzle-kit", "bin.cjs"), ...rest.slice(1)]);
else handOver(["--disable-warning=ExperimentalWarning", first, ...rest]);
