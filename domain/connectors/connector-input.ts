import { z } from "zod";
import { text } from "#domain/core/text.ts";
import { pathProblem } from "./request-template.ts";

export const AUTHENTICATIONS = ["none", "api_key", "bearer", "basic", "hmac", "preset"] as const;
export const PRESETS = ["custom", "shopify", "woocommerce"] as const;

const webAddress = text(1000).refine(
  (value) => /^(https?:\/\/|self:\/)/.test(value),
  "must begin with http:// or https://",
);
const names = z.record(z.string().max(120), z.string().max(2000));
const jsonPath = text(500).superRefine((value, ctx) => {
  const problem = pathProblem(value.split("|strip:")[0] ?? "");
  if (problem) ctx.addIssue({ code: "custom", message: `is not an RFC 9535 JSONPath: ${problem}` });
});

const connectorShape = {
  name: text(120),
  preset: z.enum(PRESETS).default("custom"),
  type: z.enum(["rest"]).default("rest"),
  baseUrl: webAddress,
  authentication: z.enum(AUTHENTICATIONS).default("none"),
  credentials: z
    .record(z.string().max(80), z.union([z.string().max(4000), z.null()]))
    .default({})
    .describe("Write-only."),
  headers: names.default({}),
  timeoutSeconds: z.number().int().min(1).max(120).default(30),
  retryCount: z
    .number()
    .int()
    .min(0)
    .max(6)
    .default(3)
    .describe("Tries in all; 0 and 1 both mean a single one."),
};

export const connectorCreate = z.strictObject(connectorShape);
export const connectorPatch = z.strictObject({
  name: connectorShape.name.optional(),
  baseUrl: webAddress.optional(),
  authentication: z.enum(AUTHENTICATIONS).optional(),
  credentials: z.record(z.string().max(80), z.union([z.string().max(4000), z.null()])).optional(),
  headers: names.optional(),
  timeoutSeconds: z.number().int().min(1).max(120).optional(),
  retryCount: z.number().int().min(0).max(6).optional(),
});

const endpointShape = {
  name: text(120),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
  pathTemplate: text(1000),
  queryTemplate: names.default({}),
  headerTemplate: names.default({}),
  bodyTemplate: z.json().nullable().default(null),
  responseMapping: z.record(z.string().max(80), jsonPath).default({}),
  cacheSeconds: z.number().int().min(0).max(86_400).default(0),
  idempotencyHeader: text(120).nullable().default(null),
};

export const endpointCreate = z.strictObject(endpointShape);
export const endpointPatch = z.strictObject({
  name: endpointShape.name.optional(),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).optional(),
  pathTemplate: text(1000).optional(),
  queryTemplate: names.optional(),
  headerTemplate: names.optional(),
  bodyTemplate: z.json().nullable().optional(),
  responseMapping: z.record(z.string().max(80), jsonPath).optional(),
  cacheSeconds: z.number().int().min(0).max(86_400).optional(),
  idempotencyHeader: text(120).nullable().optional(),
});
