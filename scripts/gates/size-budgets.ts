import { readFileSync } from "node:fs";
import { parseSync } from "@swc/core";
import { sourceFiles } from "./source-files.ts";

const FILE_LINES = 400;
const FUNCTION_LINES = 100;
const COMPONENT_LINES = 200;

type Node = {
  type?: string;
  span?: { start: number; end: number };
  body?: unknown;
  identifier?: { value?: string };
};
const FUNCTIONS = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ClassMethod",
  "PrivateMethod",
]);

function* functionsIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const part of value) yield* functionsIn(part);
  } else if (typeof value === "object" && value !== null) {
    const node = value as Node;
    if (node.type && FUNCTIONS.has(node.type)) yield node;
    for (const [key, part] of Object.entries(value)) if (key !== "span") yield* functionsIn(part);
  }
}

/** Lines of each function, by byte offsets of the parser (its offsets go on from file to file). */
function longFunctions(file: string, text: string): string[] {
  const tree = parseSync(text, { syntax: "typescript", tsx: file.endsWith(".tsx"), decorators: false });
  const bytes = Buffer.from(text);
  const offset = tree.span.end - bytes.length;
  const lineAt = (position: number) =>
    bytes
      .subarray(0, Math.max(0, position - offset))
      .toString()
      .split("\n").length;
  const isTest = /\.(test|spec)\.ts$/.test(file) || file.includes("/testing/");
  return [...functionsIn(tree.body)].flatMap((node) => {
    const from = lineAt(node.span?.start ?? 0);
    const lines = lineAt(node.span?.end ?? 0) - from + 1;
    const limit = file.endsWith(".tsx") ? COMPONENT_LINES : FUNCTION_LINES;
    return lines > limit && !isTest
      ? [`${file}:${from} a function of ${lines} lines (at most ${limit})`]
      : [];
  });
}

/** Files and functions over their budget; a thing that grows past it is two things. */
export function sizeBudgets(): { seen: number; problems: string[] } {
  const files = sourceFiles().filter((file) => !file.endsWith(".mjs"));
  const problems = files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    const lines = text.split("\n").length;
    const tooLong = lines > FILE_LINES ? [`${file} has ${lines} lines (at most ${FILE_LINES})`] : [];
    return [...tooLong, ...longFunctions(file, text)];
  });
  return { seen: files.length, problems };
}
