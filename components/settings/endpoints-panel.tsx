"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { formProblem, valid } from "#components/trpc/form-problem.ts";
import type { FieldValues } from "#components/ui/record-form.tsx";
import { endpointCreate, endpointPatch } from "#domain/connectors/connector-input.ts";
import { inputsOf } from "#domain/connectors/endpoint-inputs.ts";
import type { Json } from "#domain/core/json.ts";
import { type CallOutcome, EndpointConsole } from "./endpoint-console.tsx";
import { endpointFromForm } from "./endpoint-form.tsx";

/** A connector's endpoints and its last calls, from the server; each can be called, changed, added. */
export function EndpointsPanel(props: { connectorId: string; mayManage: boolean; mayCall: boolean }) {
  const id = props.connectorId;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const list = useQuery(trpc.connectors.endpoints.list.queryOptions({ id, limit: 100 }));
  const logs = useQuery(trpc.connectors.logs.queryOptions({ id, limit: 10 }));
  const call = useMutation(trpc.connectors.callEndpoint.mutationOptions());
  const create = useMutation(trpc.connectors.endpoints.create.mutationOptions());
  const update = useMutation(trpc.connectors.endpoints.update.mutationOptions());
  const archive = useMutation(trpc.connectors.endpoints.archive.mutationOptions());
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.connectors.pathKey() });
  const onCall = async (endpointId: string, inputs: Record<string, unknown>): Promise<CallOutcome> => {
    try {
      const done = await call.mutateAsync({ id, endpointId, inputs: inputs as Record<string, Json> });
      void logs.refetch();
      const { ok, statusCode, durationMs, output, error, cached } = done;
      const message = ok
        ? `Answered${statusCode === null ? "" : ` ${statusCode}`}${cached ? ", out of the cache" : ""}.`
        : (error ?? "The call failed.");
      return { ok, statusCode, durationMs, output, message };
    } catch (error) {
      return { ok: false, statusCode: null, durationMs: null, output: null, message: errorText(error) };
    }
  };
  const save = async (endpointId: string | null, values: FieldValues) => {
    try {
      const change = endpointFromForm(values);
      if (endpointId) await update.mutateAsync({ id, endpointId, ...valid(endpointPatch, change) });
      else await create.mutateAsync({ id, ...valid(endpointCreate, change) });
      await refresh();
      return null;
    } catch (error) {
      return formProblem(error);
    }
  };
  const remove = async (endpointId: string) => {
    try {
      await archive.mutateAsync({ id, endpointId });
      await refresh();
      return null;
    } catch (error) {
      return formProblem(error);
    }
  };
  return (
    <EndpointConsole
      endpoints={list.data?.data.map((row) => ({ ...row, inputs: inputsOf(row) })) ?? null}
      error={list.error ? errorText(list.error) : null}
      onRetry={() => void list.refetch()}
      logs={logs.data?.data ?? null}
      onCall={props.mayCall ? onCall : null}
      onSave={props.mayManage ? save : null}
      onArchive={props.mayManage ? remove : null}
    />
  );
}
