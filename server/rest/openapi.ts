import { z } from "zod";
import { env } from "#server/runtime/env.ts";
import { inputSchema } from "./read-input.ts";
import { type RestRoute, restRoutes } from "./routes.ts";
import { SharedSchemas } from "./shared-schemas.ts";

type Schema = Record<string, unknown>;
type InputSchema = { properties?: Record<string, Schema>; required?: string[] };

const NAMES = {
  tenant: { title: "Aurora API", base: "/api/v1", key: "An API key of a workspace, as Bearer token." },
  platform: {
    title: "Aurora platform API",
    base: "/api/platform/v1",
    key: "An operator key, as Bearer token.",
  },
} as const;

const COST_NOTE =
  "What the platform pays (providerCost, profit, markupPercent, a part's cost) is null for who lacks the permission `billing.cost`; CSV files then leave those columns out.";

const problemSchema = {
  type: "object",
  description: "Problem details (RFC 9457).",
  required: ["type", "title", "status", "detail", "code", "requestId"],
  properties: {
    type: { type: "string", description: "urn:aurora:problem:<code>" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "What happened and what to do." },
    code: { type: "string", description: "Stable, such as customers.not_found." },
    requestId: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        properties: { path: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

const PROBLEMS: Record<string, string> = {
  "400": "The input is not valid.",
  "401": "The key is missing, unknown, revoked or used from an address it does not admit.",
  "403": "The key lacks the permission.",
  "404": "There is no such thing, or it is another workspace's.",
  "409": "It conflicts with what there is, or the Idempotency-Key was used for another request.",
  "412": "Something has to be done first; the detail says what.",
  "429": "Too many requests in a second, or a limit is reached.",
};

const problems = Object.fromEntries(
  Object.entries(PROBLEMS).map(([status, description]) => [
    status,
    {
      description,
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    },
  ]),
);

function parameters(route: RestRoute, schema: InputSchema) {
  const inPath = route.params.map((name) => ({
    name,
    in: "path",
    required: true,
    schema: schema.properties?.[name] ?? { type: "string" },
  }));
  const isRead = route.method === "GET" || route.method === "DELETE";
  const inQuery = isRead
    ? Object.entries(schema.properties ?? {})
        .filter(([name]) => !route.params.includes(name))
        .map(([name, part]) => ({
          name,
          in: "query",
          required: (schema.required ?? []).includes(name) && !("default" in part),
          schema: part,
        }))
    : [];
  const once = route.method === "POST" ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : [];
  return [...inPath, ...inQuery, ...once];
}

function requestBody(route: RestRoute, schema: InputSchema) {
  if (route.method === "GET" || route.method === "DELETE") return undefined;
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).filter(([name]) => !route.params.includes(name)),
  );
  const required = (schema.required ?? []).filter((name) => name in properties);
  const body = {
    type: "object",
    properties,
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
  };
  return {
    required: required.length > 0,
    content: { "application/json": { schema: body, example: route.binding.example ?? {} } },
  };
}

const isPage = (route: RestRoute, schema: InputSchema) =>
  route.method === "GET" && "cursor" in (schema.properties ?? {});

function success(route: RestRoute, schema: InputSchema) {
  const status = String(route.binding.status ?? 200);
  if (route.binding.file) return { [status]: { description: "A file.", content: { "*/*": {} } } };
  if (status === "204") return { [status]: { description: "Done." } };
  const shape = isPage(route, schema) ? { $ref: "#/components/schemas/Page" } : { type: "object" };
  const description = isPage(route, schema) ? "A page; nextCursor asks for the next one." : "Done.";
  return { [status]: { description, content: { "application/json": { schema: shape } } } };
}

function operation(route: RestRoute, shared: SharedSchemas) {
  const schema = shared.hoist((route.input ? inputSchema(route.input) : {}) as Schema) as InputSchema;
  const body = requestBody(route, schema);
  const tag = route.path.split("/")[1] ?? "";
  return {
    operationId: route.procedure.replaceAll(".", "_"),
    tags: [tag],
    summary: route.binding.summary,
    ...(route.permission ? { description: `Needs the permission \`${route.permission}\`.` } : {}),
    parameters: parameters(route, schema),
    ...(body ? { requestBody: body } : {}),
    responses: { ...success(route, schema), ...problems },
  };
}

/** The OpenAPI 3.1 document of the public or the platform API, read off the routes themselves. */
export function openApiDocument(audience: "tenant" | "platform") {
  const { title, base, key } = NAMES[audience];
  const paths: Record<string, Record<string, unknown>> = {};
  const shared = new SharedSchemas();
  for (const route of restRoutes()) {
    if (route.audience !== audience) continue;
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route, shared) };
  }
  return {
    openapi: "3.1.0",
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    info: {
      title,
      version: "1",
      description: `Amounts are decimal strings; times are ISO 8601 in UTC. ${COST_NOTE}`,
    },
    servers: [{ url: `${env().appUrl}${base}` }],
    security: [{ bearer: [] }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => a.localeCompare(b))),
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", description: key } },
      parameters: {
        IdempotencyKey: {
          name: "Idempotency-Key",
          in: "header",
          required: false,
          description: "The same key with the same request gets the first answer for 24 hours.",
          schema: z.toJSONSchema(z.string().max(255)),
        },
      },
      schemas: {
        Problem: problemSchema,
        Page: {
          type: "object",
          required: ["data", "nextCursor"],
          properties: {
            data: { type: "array", items: { type: "object" } },
            nextCursor: { type: ["string", "null"], description: "null on the last page." },
          },
        },
        ...shared.all,
      },
    },
  };
}
