import type { z } from "zod";
import type { ProcedureMeta, RestBinding } from "#server/trpc/procedures.ts";
import { appRouter } from "#server/trpc/router.ts";

type AnyProcedure = { _def: { meta?: ProcedureMeta; type: string; inputs: z.ZodType[] } };

/** One REST route: which procedure serves it, and how its path is read. */
export type RestRoute = {
  procedure: string;
  audience: "tenant" | "platform";
  permission: string | undefined;
  method: string;
  path: string;
  pattern: RegExp;
  params: string[];
  binding: RestBinding;
  input: z.ZodType | undefined;
};

function compile(path: string): { pattern: RegExp; params: string[] } {
  const params: string[] = [];
  const source = path.replace(/\./g, "\\.").replace(/\{(\w+)\}/g, (_, name: string) => {
    params.push(name);
    return "([^/]+)";
  });
  return { pattern: new RegExp(`^${source}$`), params };
}

let routes: RestRoute[] | undefined;

/** All REST routes, read off the router: a procedure with a `rest` binding is a route, and nothing else is. */
export function restRoutes(): readonly RestRoute[] {
  if (routes) return routes;
  const procedures = appRouter._def.procedures as unknown as Record<string, AnyProcedure>;
  const found = Object.entries(procedures).flatMap(([name, procedure]) => {
    const { meta, inputs } = procedure._def;
    if (!meta?.rest || (meta.audience !== "tenant" && meta.audience !== "platform")) return [];
    const [method, path] = meta.rest.route.split(" ") as [string, string];
    const audience: RestRoute["audience"] = meta.audience;
    const permission = meta.permission;
    return [
      {
        procedure: name,
        audience,
        permission,
        method,
        path,
        ...compile(path),
        binding: meta.rest,
        input: inputs[0],
      },
    ];
  });
  // Fixed words before parameters, so that /usage/daily is not read as /usage/{id}.
  routes = found.sort((a, b) => a.params.length - b.params.length || b.path.length - a.path.length);
  return routes;
}

/** The route that serves a method and path, or which methods the path has. */
export function matchRoute(audience: "tenant" | "platform", method: string, path: string) {
  const fitting = restRoutes().filter((route) => route.audience === audience && route.pattern.test(path));
  const fewest = Math.min(...fitting.map((route) => route.params.length));
  const best = fitting.filter((route) => route.params.length === fewest);
  const route = best.find((candidate) => candidate.method === method);
  return { route, allowed: best.map((candidate) => candidate.method) };
}
