"use client";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTRPC } from "#components/trpc/client.tsx";
import { inputsOf } from "#domain/connectors/endpoint-inputs.ts";
import type { Variables } from "#domain/flows/run/state.ts";
import type { FlowOptions } from "./flow-options.ts";

const quiet = { staleTime: 60_000 };

/** What steps can be pointed at, gathered from the workspace; the last run of the flow gives the sample values. */
export function useFlowOptions(flowId: string, ready = true): FlowOptions {
  const trpc = useTRPC();
  const intents = useQuery(trpc.intents.list.queryOptions({ limit: 100 }, quiet)).data;
  const connectors = useQuery(trpc.connectors.list.queryOptions({ limit: 100 }, quiet)).data;
  const templates = useQuery(trpc.templates.list.queryOptions({ limit: 100 }, quiet)).data;
  const providers = useQuery(trpc.aiProviders.list.queryOptions({ limit: 100 }, quiet)).data;
  const runs = useQuery(
    trpc.flowExecutions.list.queryOptions({ flowId, limit: 1 }, { ...quiet, enabled: ready }),
  ).data;
  const endpoints = useQueries({
    queries: (connectors?.data ?? []).map((connector) =>
      trpc.connectors.endpoints.list.queryOptions({ id: connector.id, limit: 100 }, quiet),
    ),
    combine: (results) => results.map((result) => result.data?.data ?? null),
  });
  const sample = runs?.data[0]?.variables;
  return useMemo(
    () => ({
      intents: intents?.data ?? [],
      connectors: (connectors?.data ?? []).map((connector, index) => ({
        id: connector.id,
        name: connector.name,
        endpoints: (endpoints[index] ?? []).map((one) => ({
          id: one.id,
          name: one.name,
          inputs: inputsOf(one),
        })),
      })),
      templates: (templates?.data ?? []).map((one) => ({
        id: one.id,
        name: one.name,
        content: one.variants[one.defaultLanguage] ?? "",
        variables: one.variables.map((variable) => variable.name),
      })),
      providers: providers?.data ?? [],
      sample: (sample ?? {}) as Variables,
    }),
    [intents, connectors, endpoints, templates, providers, sample],
  );
}
