// `npm test`: installs what is missing, then runs every gate and suite under the pinned Node.
import path from "node:path";
import { ensureInstalled, handOver } from "./start.mjs";

ensureInstalled();
handOver([
  "--disable-warning=ExperimentalWarning",
  path.join("scripts", "test.ts"),
  ...process.argv.slice(2),
]);
