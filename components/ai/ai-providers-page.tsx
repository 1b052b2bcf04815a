"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { valid } from "#components/trpc/form-problem.ts";
import { probe } from "#components/trpc/probe.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import { notify } from "#components/ui/toaster.tsx";
import { aiProviderCreate, aiProviderPatch } from "#domain/ai/provider-input.ts";
import { AiProviderRoom } from "./ai-provider-room.tsx";
import { AiTabs } from "./ai-tabs.tsx";

/** The models a workspace may ask: its own and the platform's, from the server. */
export function AiProvidersPage() {
  const trpc = useTRPC();
  const { allows, base } = useWorkspace();
  const may = allows("ai.manage");
  const list = useInfiniteQuery(trpc.aiProviders.list.infiniteQueryOptions({ limit: 50 }, paged));
  const create = useMutation(trpc.aiProviders.create.mutationOptions());
  const update = useMutation(trpc.aiProviders.update.mutationOptions());
  const archive = useMutation(trpc.aiProviders.archive.mutationOptions());
  const test = useMutation(trpc.aiProviders.test.mutationOptions());
  const choose = useMutation(
    trpc.aiProviders.chooseDefault.mutationOptions({
      onSuccess: (provider) => {
        notify(`${provider.name} is asked from the next call on`);
        void list.refetch();
      },
      onError: (error) => notify(errorText(error)),
    }),
  );
  const source = toSource(
    list,
    ({ apiKey, managedBy, ...row }) => ({ ...row, apiKeyTail: apiKey, platform: managedBy === "platform" }),
    may
      ? {
          create: (values) => create.mutateAsync(valid(aiProviderCreate, values)),
          update: (id, values) => update.mutateAsync({ id, ...valid(aiProviderPatch, values) }),
          archive: (id) => archive.mutateAsync({ id }),
        }
      : {},
  );
  const runTest = probe(test);
  return (
    <AiProviderRoom
      source={source}
      tabs={<AiTabs base={base} />}
      onTest={may ? runTest : null}
      onChoose={may ? (id) => choose.mutate({ id }) : null}
    />
  );
}
