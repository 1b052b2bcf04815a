import type { FlowVariable, VariableType } from "../flow-definition.ts";
import type { Json, Variables } from "./state.ts";

const FITS: Record<VariableType, (value: Json) => boolean> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  date: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  list: Array.isArray,
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  money: (value) =>
    /^-?\d+(\.\d+)?$/.test(String(value)) && (typeof value === "string" || typeof value === "number"),
};

/** A run's first variables: what started it, over the declared defaults. */
export function startingVariables(declared: readonly FlowVariable[], given: Variables): Variables {
  const defaults = declared.flatMap((variable) =>
    variable.defaultValue === undefined ? [] : [[variable.name, variable.defaultValue as Json] as const],
  );
  return { ...Object.fromEntries(defaults), ...given };
}

/**
 * The first problem with values of declared variables: a wrong type, or with `atStart` a required one that has no
 * value. Variables that are not declared may hold anything.
 */
export function checkDeclared(
  declared: readonly FlowVariable[],
  values: Variables,
  atStart = false,
): string | undefined {
  for (const { name, type, required } of declared) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined || value === null) {
      const missing = required && (atStart || (value === null && Object.hasOwn(values, name)));
      if (missing) return `The variable ${name} is required and has no value.`;
    } else if (!FITS[type](value)) {
      return `The variable ${name} must be of type ${type}.`;
    }
  }
  return undefined;
}
