import type { Actor } from "#server/trpc/context.ts";

/** Names under which an answer says what the platform pays, or from which with the price it can be reckoned. */
const COST_FIELDS = [
  "providerCost",
  "profit",
  "cost",
  "oldCost",
  "newCost",
  "markupPercent",
  "oldMarkupPercent",
  "newMarkupPercent",
] as const;
type CostField = (typeof COST_FIELDS)[number];

/** An answer in which the cost fields may be null. */
type Veiled<T> = T extends readonly (infer Item)[]
  ? Veiled<Item>[]
  : T extends object
    ? { [Name in keyof T]: Name extends CostField ? T[Name] | null : Veiled<T[Name]> }
    : T;

/** Whether an actor may see what the platform pays for a call. */
export function seesCost(actor: Pick<Actor, "allows">): boolean {
  return actor.allows("billing.cost");
}

const fields: ReadonlySet<string> = new Set(COST_FIELDS);

function veil(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(veil);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, fields.has(name) ? null : veil(inner)]),
  );
}

/** An answer as the actor may see it: without `billing.cost` every cost, profit and markup in it is null. */
export function veilCost<T>(actor: Pick<Actor, "allows">, answer: T): Veiled<T> {
  return (seesCost(actor) ? answer : veil(answer)) as Veiled<T>;
}
