import { JSONPathEnvironment } from "json-p3";
import { AppError } from "#domain/core/app-error.ts";
import type { Json, Variables } from "#domain/core/json.ts";
import { readPath, renderJson, renderTemplate } from "#domain/core/template-text.ts";

export type EndpointTemplate = {
  method: string;
  pathTemplate: string;
  queryTemplate: Record<string, string>;
  headerTemplate: Record<string, string>;
  bodyTemplate: Json;
};

export type BuiltRequest = {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
};

/** Fills one path template; every variable is percent-encoded, so that an input cannot leave its segment. */
function fillPath(template: string, inputs: Variables): string {
  return template.replace(/\{\{\s*([A-Za-z_][\w.]*)\s*\}\}/g, (_, path: string) => {
    const value = readPath(inputs, path);
    if (value === undefined || value === null) {
      throw new AppError("invalid", "connectors.input_missing", `The endpoint needs ${path}.`);
    }
    return encodeURIComponent(String(value));
  });
}

/** RFC 3986 percent-encoding of a query; spaces become %20, which every server reads. */
function queryText(query: Record<string, string>, inputs: Variables): string {
  const parts = Object.entries(query).flatMap(([name, template]) => {
    const value = renderTemplate(template, inputs);
    return value === "" ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`];
  });
  return parts.length > 0 ? `?${parts.join("&")}` : "";
}

/**
 * Fills a body template. A property whose whole value is one variable that is not known is left out, like an empty query
 * parameter, and so is an object that has nothing left; in a list its place stays, as null. A literal null stays.
 */
function fillBody(template: Json, inputs: Variables): Json | undefined {
  if (Array.isArray(template)) return template.map((part) => fillBody(part, inputs) ?? null);
  if (typeof template === "object" && template !== null) {
    const names = Object.entries(template);
    const filled = names.flatMap(([name, part]) => {
      const value = fillBody(part as Json, inputs);
      return value === undefined ? [] : [[name, value] as const];
    });
    return names.length > 0 && filled.length === 0 ? undefined : Object.fromEntries(filled);
  }
  const value = renderJson(template, inputs);
  return value === null && template !== null ? undefined : value;
}

/**
 * Builds a request from an endpoint's templates (Liquid, own properties only) and its inputs. A body text that is
 * exactly one `{{ name }}` keeps the value's type, so that a list stays a JSON list.
 */
export function buildRequest(baseUrl: string, endpoint: EndpointTemplate, inputs: Variables): BuiltRequest {
  const path = fillPath(endpoint.pathTemplate, inputs);
  const url = `${baseUrl.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}${queryText(endpoint.queryTemplate, inputs)}`;
  const headers = Object.fromEntries(
    Object.entries(endpoint.headerTemplate).map(([name, value]) => [
      name.toLowerCase(),
      renderTemplate(value, inputs),
    ]),
  );
  const bare = endpoint.method === "GET" || endpoint.bodyTemplate === null;
  return {
    method: endpoint.method,
    url,
    headers,
    body: bare ? null : JSON.stringify(fillBody(endpoint.bodyTemplate, inputs) ?? {}),
  };
}

const paths = new JSONPathEnvironment({ strict: true });

/** Why a JSONPath cannot be read, or undefined. */
export function pathProblem(path: string): string | undefined {
  try {
    paths.compile(path);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "not a JSONPath";
  }
}

/**
 * Takes values out of an answer by RFC 9535 paths: one match is the value, several are a list, none is null. A leading
 * `#` of an order name is not taken off here; that is the mapping's `strip` mark: `"$.order.name|strip:#"`.
 */
export function mapResponse(answer: unknown, mapping: Record<string, string>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(mapping).map(([name, rule]) => {
      const [path = "$", strip] = rule.split("|strip:");
      const found = paths.query(path, answer as never).values() as Json[];
      const value = found.length === 0 ? null : found.length === 1 ? (found[0] ?? null) : found;
      return [
        name,
        strip && typeof value === "string" && value.startsWith(strip) ? value.slice(strip.length) : value,
      ];
    }),
  );
}
