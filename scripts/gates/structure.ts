import { type GateResult, judge, runProgram } from "./run-gate.ts";
import { sizeBudgets } from "./size-budgets.ts";
import { CODE_FOLDERS, sourceFiles } from "./source-files.ts";

const bin = (name: string, file: string) => `node_modules/${name}/${file}`;
const lines = (output: string) => output.split("\n").filter((line) => line.trim() !== "");

/** Biome over everything: format, lint, order of imports. */
export function lintGate(): GateResult {
  const { code, output } = runProgram([
    bin("@biomejs/biome", "bin/biome"),
    "ci",
    "--colors=off",
    "--max-diagnostics=40",
    "--diagnostic-level=error",
  ]);
  const seen = Number(/Checked (\d+) files/.exec(output)?.[1] ?? 0);
  return judge("lint", seen, 300, code === 0 ? [] : lines(output).slice(0, 60), "files");
}

/** The TypeScript compiler over everything. */
export function typeGate(): GateResult {
  const { code, output } = runProgram([
    bin("typescript", "bin/tsc"),
    "--noEmit",
    "-p",
    ".",
    "--incremental",
    "false",
    "--listFilesOnly",
    "false",
  ]);
  const problems = code === 0 ? [] : lines(output).filter((line) => line.includes("error TS"));
  return judge(
    "types",
    sourceFiles().length,
    300,
    code === 0 ? [] : problems.length > 0 ? problems : lines(output).slice(0, 20),
    "files",
  );
}

type Cruise = {
  summary: { totalCruised: number; violations: { rule: { name: string }; from: string; to: string }[] };
};

/** Who imports whom. The cruiser must have seen every file of code. */
export function importGate(): GateResult {
  const folders = CODE_FOLDERS.filter((folder) => folder !== "e2e");
  const args = [
    bin("dependency-cruiser", "bin/dependency-cruiser.mjs"),
    "--config",
    ".dependency-cruiser.mjs",
    "--output-type",
    "json",
    ...folders,
  ];
  const { output } = runProgram(args);
  const json = output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1);
  const { summary } = JSON.parse(json) as Cruise;
  const files = sourceFiles(folders).length;
  const problems = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  return judge("imports", summary.totalCruised, files, problems, "modules");
}

/** Sizes of files and functions. */
export function sizeGate(): GateResult {
  const { seen, problems } = sizeBudgets();
  return judge("sizes", seen, 300, problems, "files");
}

/** Exports, files and dependencies that nothing uses. */
export function deadCodeGate(): GateResult {
  const { output } = runProgram([
    bin("knip", "bin/knip.js"),
    "--no-progress",
    "--reporter",
    "json",
    "--no-exit-code",
  ]);
  const json = output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1);
  const report = JSON.parse(json) as { issues: Record<string, unknown>[] };
  const problems = report.issues.flatMap((issue) =>
    Object.entries(issue).flatMap(([kind, found]) =>
      Array.isArray(found) && kind !== "owners"
        ? found.map(
            (one) => `${kind}: ${String((one as { name?: string }).name ?? one)} in ${String(issue.file)}`,
          )
        : [],
    ),
  );
  return judge("dead code", sourceFiles().length, 300, problems, "files");
}
