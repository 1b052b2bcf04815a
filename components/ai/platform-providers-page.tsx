"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client.tsx";
import { valid } from "#components/trpc/form-problem.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import type { FieldValues } from "#components/ui/record-form.tsx";
import { platformProviderCreate, platformProviderPatch } from "#domain/ai/provider-input.ts";
import { AiProviderRoom } from "./ai-provider-room.tsx";

const own = ({ isDefault: _, ...rest }: FieldValues) => rest;

/** The platform's own providers, for all tenants. */
export function PlatformProvidersPage() {
  const trpc = useTRPC();
  const list = useInfiniteQuery(trpc.platformAiProviders.list.infiniteQueryOptions({ limit: 50 }, paged));
  const create = useMutation(trpc.platformAiProviders.create.mutationOptions());
  const update = useMutation(trpc.platformAiProviders.update.mutationOptions());
  const archive = useMutation(trpc.platformAiProviders.archive.mutationOptions());
  const source = toSource(list, ({ apiKey, ...row }) => ({ ...row, apiKeyTail: apiKey, platform: false }), {
    create: (values) => create.mutateAsync(valid(platformProviderCreate, own(values))),
    update: (id, values) => update.mutateAsync(valid(platformProviderPatch, { id, ...own(values) })),
    archive: (id) => archive.mutateAsync({ id }),
  });
  return <AiProviderRoom source={source} title="AI providers" onTest={null} shared />;
}
