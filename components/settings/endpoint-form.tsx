"use client";
import type { z } from "zod";
import {
  type FieldSpec,
  type FieldValues,
  type FormProblem,
  RecordForm,
} from "#components/ui/record-form.tsx";
import type { endpointCreate } from "#domain/connectors/connector-input.ts";

/** An endpoint as it is kept, for the form. */
export interface EndpointDraft {
  name: string;
  method: string;
  pathTemplate: string;
  queryTemplate: Record<string, string>;
  bodyTemplate: unknown;
  responseMapping: Record<string, string>;
  cacheSeconds: number;
  idempotencyHeader: string | null;
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const pairs = "One a line, as name: value.";
const fields: ReadonlyArray<FieldSpec> = [
  { name: "name", label: "Name", required: true },
  {
    name: "method",
    label: "Method",
    kind: "select",
    required: true,
    options: methods.map((value) => ({ value, label: value })),
  },
  {
    name: "pathTemplate",
    label: "Path",
    required: true,
    code: true,
    placeholder: "/products/{{ product_id }}.json",
  },
  {
    name: "queryTemplate",
    label: "Query",
    kind: "lines",
    code: true,
    hint: pairs,
    placeholder: "title: {{ product_name }}",
  },
  {
    name: "bodyTemplate",
    label: "Body",
    kind: "area",
    code: true,
    hint: "JSON; texts may hold variables in double braces.",
    when: (values) => values.method !== "GET",
  },
  {
    name: "responseMapping",
    label: "What is kept of the answer",
    kind: "lines",
    code: true,
    hint: `${pairs} The value is a JSONPath.`,
    placeholder: "price: $.products[0].variants[0].price",
  },
  { name: "cacheSeconds", label: "Answer kept for, seconds", kind: "number" },
  {
    name: "idempotencyHeader",
    label: "Header that makes a repeat harmless",
    code: true,
    when: (values) => values.method !== "GET",
  },
];

const toLines = (record: Record<string, string>) =>
  Object.entries(record).map(([name, value]) => `${name}: ${value}`);

function fromLines(value: unknown): Record<string, string> {
  const lines = Array.isArray(value) ? value.map(String) : [];
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(":");
      return at < 0 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

/** The form's values as an endpoint; a body that is not JSON throws what the person should read. */
export function endpointFromForm(values: FieldValues): Partial<z.input<typeof endpointCreate>> {
  const { queryTemplate, responseMapping, bodyTemplate, cacheSeconds, ...rest } = values;
  let body: unknown = null;
  if (typeof bodyTemplate === "string" && bodyTemplate.trim() !== "") {
    try {
      body = JSON.parse(bodyTemplate);
    } catch {
      throw new Error("bodyTemplate: this is not JSON.");
    }
  }
  return {
    ...rest,
    ...(queryTemplate === undefined ? {} : { queryTemplate: fromLines(queryTemplate) }),
    ...(responseMapping === undefined ? {} : { responseMapping: fromLines(responseMapping) }),
    ...(bodyTemplate === undefined ? {} : { bodyTemplate: body }),
    ...(cacheSeconds === undefined ? {} : { cacheSeconds: Number(cacheSeconds ?? 0) }),
  } as Partial<z.input<typeof endpointCreate>>;
}

/** A new endpoint, or one changed. */
export function EndpointForm(props: {
  endpoint: EndpointDraft | null;
  onSubmit: (values: FieldValues) => Promise<FormProblem | null>;
}) {
  const { endpoint } = props;
  return (
    <RecordForm
      fields={fields}
      whole={endpoint === null}
      initial={
        endpoint
          ? {
              name: endpoint.name,
              method: endpoint.method,
              pathTemplate: endpoint.pathTemplate,
              queryTemplate: toLines(endpoint.queryTemplate),
              bodyTemplate:
                endpoint.bodyTemplate === null ? null : JSON.stringify(endpoint.bodyTemplate, null, 2),
              responseMapping: toLines(endpoint.responseMapping),
              cacheSeconds: endpoint.cacheSeconds,
              idempotencyHeader: endpoint.idempotencyHeader,
            }
          : { method: "GET", cacheSeconds: 0 }
      }
      submitLabel={endpoint ? "Save endpoint" : "Create endpoint"}
      onSubmit={props.onSubmit}
    />
  );
}
