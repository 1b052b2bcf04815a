"use client";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { attempt, errorText } from "#components/trpc/error-text.ts";
import { formProblem, valid } from "#components/trpc/form-problem.ts";
import { paged } from "#components/trpc/to-source.ts";
import type { FieldValues } from "#components/ui/record-form.tsx";
import { notify } from "#components/ui/toaster.tsx";
import { flowCreate } from "#domain/flows/flow-input.ts";
import { FlowList } from "./flow-list.tsx";
import { flowFromForm, NewFlow } from "./new-flow.tsx";
import { triggerText } from "./trigger-text.ts";

/** All flows, from the server; a new one opens on its canvas. */
export function FlowsPage() {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const { allows, base: home } = useWorkspace();
  const base = `${home}/flows`;
  const may = allows("flows.edit");
  const [creating, setCreating] = useState(false);
  const list = useInfiniteQuery(trpc.flows.list.infiniteQueryOptions({ limit: 50 }, paged));
  const intents = useQuery(trpc.intents.list.queryOptions({ limit: 100 }, { enabled: creating }));
  const create = useMutation(trpc.flows.create.mutationOptions());
  const archive = useMutation(trpc.flows.archive.mutationOptions());
  const onCreate = async (values: FieldValues) => {
    try {
      const flow = await create.mutateAsync(valid(flowCreate, flowFromForm(values)));
      router.push(`${base}/${flow.id}`);
      return null;
    } catch (error) {
      return formProblem(error);
    }
  };
  const onArchive = async (id: string) => {
    const problem = await attempt(async () => {
      await archive.mutateAsync({ id });
      notify("Flow archived");
    });
    await queries.invalidateQueries({ queryKey: trpc.flows.list.pathKey() });
    return problem;
  };
  const rows = list.data?.pages.flatMap((page) => page.data) ?? null;
  return (
    <>
      <FlowList
        base={base}
        rows={
          rows?.map((row) => ({
            ...row,
            trigger: triggerText(row.trigger),
            runs: row.executionCount,
            completed: row.successCount,
            failed: row.failureCount,
          })) ?? null
        }
        error={list.error && !list.data ? errorText(list.error) : null}
        onRetry={() => void list.refetch()}
        hasMore={list.hasNextPage}
        onMore={() => void list.fetchNextPage()}
        onCreate={may ? () => setCreating(true) : null}
        onArchive={may ? onArchive : null}
      />
      <NewFlow
        open={creating && intents.data !== undefined}
        onClose={() => setCreating(false)}
        intents={intents.data?.data ?? []}
        onCreate={onCreate}
      />
    </>
  );
}
