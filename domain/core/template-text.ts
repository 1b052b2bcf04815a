import { Liquid, type Template } from "liquidjs";
import type { Json, Variables } from "./json.ts";

/**
 * The template language of flows: Liquid with own properties only, no files, no loops over the prototype, and a closed
 * list of filters. There is no host code in it, so nothing a customer or a model writes can run.
 */
const FILTERS = new Set([
  "upcase",
  "downcase",
  "capitalize",
  "size",
  "default",
  "date",
  "money",
  "join",
  "first",
  "last",
  "round",
  "plus",
  "minus",
  "times",
  "json",
  "escape",
  "truncate",
  "replace",
  "split",
  "strip",
  "url_encode",
]);

function createEngine(): Liquid {
  const engine = new Liquid({
    ownPropertyOnly: true,
    timezoneOffset: 0,
    strictFilters: true,
    relativeReference: false,
    fs: {
      readFileSync: refuse,
      readFile: async () => refuse(),
      existsSync: () => false,
      exists: async () => false,
      contains: async () => false,
      containsSync: () => false,
      resolve: () => "",
    },
    parseLimit: 100_000,
    renderLimit: 200,
    memoryLimit: 1_000_000,
  });
  for (const name of Object.keys(engine.filters)) if (!FILTERS.has(name)) delete engine.filters[name];
  engine.registerFilter("money", (value: unknown) => moneyText(value));
  engine.registerFilter("plus_days", (value: unknown, days: unknown) =>
    plusDays(String(value), Number(days)),
  );
  return engine;
}

function refuse(): never {
  throw new Error("Templates cannot read files.");
}

/** A calendar date (`2025-01-29`) moved by whole days. */
function plusDays(date: string, days: number): string {
  const at = Date.parse(`${date.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(at) ? date : new Date(at + days * 86_400_000).toISOString().slice(0, 10);
}

function moneyText(value: unknown): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
  if (!match) return String(value);
  const [, sign, whole, fraction = ""] = match;
  return fraction.length > 2 ? `${sign}${whole}.${fraction}` : `${sign}${whole}.${fraction.padEnd(2, "0")}`;
}

const engine = createEngine();

const MOST_PARSED = 2_000;
const templates = new Map<string, Template[]>();

/** A template parsed once: the same few texts are rendered for every customer. */
function parsed(template: string): Template[] {
  let known = templates.get(template);
  if (!known) {
    known = engine.parse(template);
    if (templates.size >= MOST_PARSED) templates.clear();
    templates.set(template, known);
  }
  return known;
}

/** Renders a template with a run's variables; an unknown variable becomes an empty text. Throws on a broken template. */
export function renderTemplate(template: string, variables: Variables): string {
  if (!template.includes("{{") && !template.includes("{%")) return template;
  return String(engine.renderSync(parsed(template), variables));
}

/** Whether a template can be parsed; the reason when it cannot. */
export function templateProblem(template: string): string | undefined {
  try {
    engine.parse(template);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "cannot be read";
  }
}

/** The full paths of the variables that a template reads, such as `product_data.price`. */
export function templateVariables(template: string): string[] {
  if (templateProblem(template) !== undefined) return [];
  return engine.fullVariablesSync(template).map(String);
}

/** The value at a dotted path of own properties, or undefined. */
export function readPath(variables: Variables, path: string): Json | undefined {
  let value: Json | undefined = variables;
  for (const part of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, Json>)[part];
  }
  return value;
}

/** Renders every text inside a JSON value; a text that is exactly one `{{ path }}` keeps the value's own type. */
export function renderJson(value: Json, variables: Variables): Json {
  if (typeof value === "string") {
    const exact = /^\{\{\s*([A-Za-z_][\w.]*)\s*\}\}$/.exec(value);
    return exact?.[1] ? (readPath(variables, exact[1]) ?? null) : renderTemplate(value, variables);
  }
  if (Array.isArray(value)) return value.map((part) => renderJson(part, variables));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, renderJson(part as Json, variables)]),
    );
  }
  return value;
}
