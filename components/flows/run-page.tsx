"use client";
import { useQuery } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { useLiveState } from "#components/trpc/live.tsx";
import { RoomState } from "#components/ui/room-state.tsx";
import { RunScreen } from "./run-screen.tsx";
import { useFlowOptions } from "./use-flow-options.ts";

/** How often a run under way is read again where no event has come: a safety net, not the way news travel. */
const lookAgainMs = 1_500;

/** One run on the canvas of the version it runs on. */
export function RunPage(props: { runId: string }) {
  const id = props.runId;
  const trpc = useTRPC();
  const { base } = useWorkspace();
  const live = useLiveState();
  const run = useQuery(
    trpc.flowExecutions.get.queryOptions(
      { id },
      { refetchInterval: (query) => (query.state.data?.completedAt ? false : lookAgainMs) },
    ),
  );
  const active = run.data !== undefined && run.data.completedAt === null;
  const steps = useQuery(
    trpc.flowExecutions.steps.queryOptions(
      { id, limit: 100 },
      { refetchInterval: active ? lookAgainMs : false },
    ),
  );
  const options = useFlowOptions(run.data?.flowId ?? "", run.data !== undefined);
  const failure = run.error ?? steps.error;
  if (!run.data || !steps.data)
    return (
      <RoomState
        title="The run did not load."
        error={failure ? errorText(failure) : null}
        onRetry={() => {
          void run.refetch();
          void steps.refetch();
        }}
      />
    );
  const { data } = run;
  return (
    <RunScreen
      base={`${base}/flows`}
      inboxBase={`${base}/inbox`}
      flow={data.flow}
      options={options}
      run={{
        id: data.id,
        flowId: data.flowId,
        flowName: data.flowName ?? "Flow",
        version: data.flowVersion,
        status: data.status,
        currentNodeKey: data.currentNodeId,
        startedAt: data.startedAt,
        durationMs: data.durationMs,
        conversationId: data.conversationId,
        error: data.error,
        currency: data.currency,
        variables: (data.variables ?? {}) as Record<string, unknown>,
      }}
      steps={steps.data.data.map((step) => ({ ...step, input: step.input ?? null, price: step.clientPrice }))}
      live={live}
    />
  );
}
