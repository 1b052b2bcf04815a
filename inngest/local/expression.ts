import { Environment } from "@marcbachmann/cel-js";
import { LRUCache } from "lru-cache";

type Evaluate = (context: Record<string, unknown>) => unknown;

const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
const compiled = new LRUCache<string, { run: Evaluate }>({ max: 1000 });

function compile(expression: string): Evaluate {
  let entry = compiled.get(expression);
  if (!entry) {
    const parsed = environment.parse(expression);
    entry = { run: (context) => parsed(context) };
    compiled.set(expression, entry);
  }
  return entry.run;
}

/** Whether a CEL condition holds; a missing field or a wrong type is "no", as on the server. */
export function holds(expression: string, context: Record<string, unknown>): boolean {
  try {
    return compile(expression)(context) === true;
  } catch {
    return false;
  }
}

/** A value as text a column can hold. */
const asText = (value: unknown) => String(value).replaceAll("\u0000", "").slice(0, 200);

/** The value of a CEL key expression as text; a missing field gives the empty key. */
export function keyOf(expression: string | undefined, event: unknown): string {
  if (!expression) return "";
  try {
    const value = compile(expression)({ event });
    return asText(typeof value === "object" ? JSON.stringify(value) : value);
  } catch {
    return "";
  }
}

/** A number from a CEL expression, 0 where it gives none. */
export function numberOf(expression: string | undefined, event: unknown): number {
  const value = Number(keyOf(expression, event) || 0);
  return Number.isFinite(value) ? value : 0;
}

const SIMPLE = /^\s*event((?:\.[A-Za-z_]\w*)+)\s*==\s*async((?:\.[A-Za-z_]\w*)+)\s*(?:&&.*)?$/s;

function at(root: unknown, path: string): unknown {
  let value = root;
  for (const part of path.split(".").filter(Boolean)) {
    value =
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  return value;
}

/**
 * The value an arriving event must carry for `event.x == async.y` to hold, as text; null where the expression has
 * another form and must be evaluated for every event.
 */
export function matchValue(expression: string | undefined | null, event: unknown): string | null {
  const simple = expression && !expression.includes("||") ? SIMPLE.exec(expression) : null;
  if (!simple) return null;
  const value = at(event, simple[1] ?? "");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? asText(value)
    : null;
}

/** Every scalar an event carries, as text: what `matchValue` can have been taken from. */
export function scalarsOf(value: unknown, into: Set<string> = new Set()): Set<string> {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) scalarsOf(part, into);
  } else if (value !== null && value !== undefined) {
    into.add(asText(value));
  }
  return into;
}
