import { z } from "zod";
import { AppError } from "#domain/core/app-error.ts";
import type { RestRoute } from "./routes.ts";

const MAX_BODY = 1024 * 1024;
type JsonSchema = {
  type?: string | string[];
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
};

const schemas = new WeakMap<z.ZodType, JsonSchema>();

/** The input's JSON Schema; what JSON cannot express becomes "anything". */
export function inputSchema(input: z.ZodType): JsonSchema {
  let schema = schemas.get(input);
  if (!schema) {
    schema = z.toJSONSchema(input, {
      io: "input",
      unrepresentable: "any",
      target: "draft-2020-12",
    }) as JsonSchema;
    schemas.set(input, schema);
  }
  return schema;
}

function typesOf(schema: JsonSchema | undefined): string[] {
  if (!schema) return [];
  const own = Array.isArray(schema.type) ? schema.type : schema.type ? [schema.type] : [];
  return [...own, ...(schema.anyOf ?? []).flatMap(typesOf)];
}

/** A query value in the type that the input declares; what does not fit stays text and is refused by the schema. */
function coerce(value: string, schema: JsonSchema | undefined): unknown {
  const types = typesOf(schema);
  if (types.includes("string")) return value;
  if ((types.includes("integer") || types.includes("number")) && /^-?\d+(\.\d+)?$/.test(value))
    return Number(value);
  if (types.includes("boolean") && (value === "true" || value === "false")) return value === "true";
  if (types.includes("array")) return value.split(",");
  return value;
}

async function readBody(request: Request): Promise<unknown> {
  const bytes = Buffer.from(await request.arrayBuffer());
  if (bytes.length > MAX_BODY) {
    throw new AppError("invalid", "input.too_large", "The body is larger than 1 MiB.", { status: 413 });
  }
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new AppError("invalid", "input.not_json", "The body is not valid JSON in UTF-8.");
  }
}

export type RestInput = { value: Record<string, unknown> | undefined; body: unknown };

/** Path parameters, query and body of a request as one input object. A name given in two places is refused. */
export async function readInput(request: Request, route: RestRoute, path: string): Promise<RestInput> {
  const declared = route.input ? (inputSchema(route.input).properties ?? {}) : {};
  const value: Record<string, unknown> = {};
  const match = route.pattern.exec(path);
  route.params.forEach((name, index) => {
    value[name] = decodeURIComponent(match?.[index + 1] ?? "");
  });
  for (const [name, text] of new URL(request.url).searchParams) {
    if (name in value) throw new AppError("invalid", "input.twice", `${name} is given twice.`);
    value[name] = coerce(text, declared[name]);
  }
  const body = request.method === "GET" ? undefined : await readBody(request);
  if (body !== undefined) {
    if (typeof body !== "object" || body === null || Array.isArray(body)) {
      throw new AppError("invalid", "input.not_object", "The body must be a JSON object.");
    }
    for (const [name, part] of Object.entries(body)) {
      if (route.params.includes(name))
        throw new AppError("invalid", "input.twice", `${name} belongs in the path.`);
      value[name] = part;
    }
  }
  return { value: route.input ? value : undefined, body };
}
