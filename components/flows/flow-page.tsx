"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { TRPCClientError } from "@trpc/client";
import { useCallback } from "react";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { attempt, errorText } from "#components/trpc/error-text.ts";
import { RoomState } from "#components/ui/room-state.tsx";
import { notify } from "#components/ui/toaster.tsx";
import type { FlowOperation } from "#domain/flows/operations/operation.ts";
import { FlowEditorScreen } from "./flow-editor-screen.tsx";
import type { SaveOutcome } from "./use-flow-editor.ts";
import { useFlowOptions } from "./use-flow-options.ts";

/** The builder of one flow, with its draft kept on the server. */
export function FlowPage(props: { flowId: string }) {
  const id = props.flowId;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { allows, base } = useWorkspace();
  const options = useFlowOptions(id);
  // The draft on screen is the editor's own: reading it again under the hand would only confuse.
  const flow = useQuery(
    trpc.flows.get.queryOptions(
      { id },
      { staleTime: Number.POSITIVE_INFINITY, gcTime: 0, refetchOnWindowFocus: false },
    ),
  );
  const traffic = useQuery(trpc.flows.traffic.queryOptions({ id }, { refetchInterval: 15_000 }));
  const { mutateAsync: saveOperations } = useMutation(trpc.flows.saveOperations.mutationOptions());
  const publish = useMutation(trpc.flows.publish.mutationOptions());
  const save = useCallback(
    async (operations: FlowOperation[], revision: number): Promise<SaveOutcome> => {
      try {
        const saved = await saveOperations({ id, revision, operations });
        return { ok: true, revision: saved.revision, snapshot: saved.draft };
      } catch (error) {
        const code = error instanceof TRPCClientError ? (error.data as { code?: string } | null)?.code : null;
        return { ok: false, conflict: code === "CONFLICT", message: errorText(error) };
      }
    },
    [id, saveOperations],
  );
  const head = flow.data;
  if (!head)
    return (
      <RoomState
        title="The flow did not load."
        error={flow.error ? errorText(flow.error) : null}
        onRetry={() => void flow.refetch()}
      />
    );
  return (
    <FlowEditorScreen
      key={head.id}
      base={`${base}/flows`}
      head={{
        id: head.id,
        name: head.name,
        status: head.status,
        publishedVersion: head.publishedVersion,
        nextVersion: head.latestVersion + 1,
        publishedAt: head.publishedAt,
        runs: head.executionCount,
        completedRuns: head.successCount,
        draftRevision: head.draftRevision,
        canEdit: allows("flows.edit"),
        canPublish: allows("flows.publish"),
      }}
      initial={head.draft}
      published={head.published}
      options={options}
      traffic={head.published ? (traffic.data ?? null) : null}
      save={save}
      publish={async (note) => {
        const problem = await attempt(async () => {
          const live = await publish.mutateAsync({ id, note });
          notify(`v${live.version.version} is live`);
        });
        await queries.invalidateQueries({ queryKey: trpc.flows.pathKey() });
        return problem;
      }}
      mayTest={allows("flows.edit")}
    />
  );
}
