"use client";
import { useMemo } from "react";
import type { FlowSnapshot } from "#domain/flows/flow-definition.ts";
import { summaryOf } from "./edit-steps.ts";
import type { FlowOptions } from "./flow-options.ts";
import { textOf } from "./step-form.ts";

/** Shows `{{ product_data.name | money }}` as "name". */
function readable(summary: string): string {
  return summary.replaceAll(
    /\{\{\s*([\w.]+)[^}]*\}\}/g,
    (_all, path: string) => path.split(".").at(-1) ?? path,
  );
}

/** The line under a step's name, with the names of what it points at. */
export function useSummaries(flow: FlowSnapshot, options: FlowOptions): Record<string, string> {
  return useMemo(() => {
    const lines = flow.nodes.map((node) => {
      if (node.type === "api_call") {
        const connector = options.connectors.find((one) => one.id === textOf(node.settings, "connectorId"));
        const endpoint = connector?.endpoints.find((one) => one.id === textOf(node.settings, "endpointId"));
        if (connector && endpoint) return [node.key, `${connector.name} · ${endpoint.name}`];
      }
      if (node.type === "template") {
        const template = options.templates.find((one) => one.id === textOf(node.settings, "templateId"));
        if (template) return [node.key, `Template · ${template.name}`];
      }
      return [node.key, readable(summaryOf(node))];
    });
    return Object.fromEntries(lines) as Record<string, string>;
  }, [flow, options]);
}
