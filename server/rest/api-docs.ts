import { openApiDocument } from "./openapi.ts";

type Schema = {
  type?: string | string[];
  enum?: unknown[];
  description?: string;
  anyOf?: Schema[];
  format?: string;
};
type Parameter = { name?: string; in?: string; required?: boolean; schema?: Schema };
type Body = {
  content: {
    "application/json": {
      schema: { properties: Record<string, Schema>; required?: string[] };
      example: unknown;
    };
  };
};
type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters: Parameter[];
  requestBody?: Body;
};

function typeOf(schema: Schema | undefined): string {
  if (!schema) return "anything";
  if (schema.enum) return schema.enum.map(String).join(" | ");
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : (schema.type ?? "anything");
  return schema.format ? `${type} (${schema.format})` : type;
}

function fieldsOf(operation: Operation) {
  const parameters = operation.parameters.flatMap((one) =>
    one.name === undefined
      ? []
      : [
          {
            name: one.name,
            where: one.in ?? "query",
            type: typeOf(one.schema),
            required: one.required ?? false,
            note: one.schema?.description ?? null,
          },
        ],
  );
  const schema = operation.requestBody?.content["application/json"].schema;
  const inBody = Object.entries(schema?.properties ?? {}).map(([name, part]) => ({
    name,
    where: "body",
    type: typeOf(part),
    required: schema?.required?.includes(name) ?? false,
    note: part.description ?? null,
  }));
  return [...parameters, ...inBody];
}

/** The API in the shape of its page: operations by resource, each with its fields and an example. */
export function apiDocs(audience: "tenant" | "platform") {
  const document = openApiDocument(audience);
  const groups = new Map<string, ReturnType<typeof operationView>[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, value] of Object.entries(methods)) {
      const operation = value as Operation;
      const name = operation.tags[0] ?? "";
      const view = operationView(`${audience}-${operation.operationId}`, method, path, operation);
      groups.set(name, [...(groups.get(name) ?? []), view]);
    }
  }
  const [server] = document.servers;
  return {
    title: document.info.title,
    address: server?.url ?? "",
    documentHref: `${server?.url ?? ""}/openapi.json`,
    groups: [...groups].map(([name, operations]) => ({ name, operations })),
  };
}

function operationView(id: string, method: string, path: string, operation: Operation) {
  const body = operation.requestBody?.content["application/json"];
  return {
    id,
    method: method.toUpperCase(),
    path,
    summary: operation.summary,
    permission: /`([^`]+)`/.exec(operation.description ?? "")?.[1] ?? null,
    fields: fieldsOf(operation),
    example:
      body && Object.keys(body.example as object).length > 0 ? JSON.stringify(body.example, null, 2) : null,
  };
}
