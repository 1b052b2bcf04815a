"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { valid } from "#components/trpc/form-problem.ts";
import { probe } from "#components/trpc/probe.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import { CHANNEL_TYPES, channelCreate, channelPatch } from "#domain/channels/channel-input.ts";
import { ChannelRoom, channelInput } from "./channel-room.tsx";

/** The workspace's channels, from the server. */
export function ChannelsPage() {
  const trpc = useTRPC();
  const { allows } = useWorkspace();
  const may = allows("channels.manage");
  const list = useInfiniteQuery(trpc.channels.list.infiniteQueryOptions({ limit: 50 }, paged));
  const create = useMutation(trpc.channels.create.mutationOptions());
  const update = useMutation(trpc.channels.update.mutationOptions());
  const archive = useMutation(trpc.channels.archive.mutationOptions());
  const test = useMutation(trpc.channels.test.mutationOptions());
  const source = toSource(
    list,
    (row) => row,
    may
      ? {
          create: (values) => create.mutateAsync(valid(channelCreate, channelInput(values))),
          update: (id, values) => update.mutateAsync({ id, ...valid(channelPatch, channelInput(values)) }),
          archive: (id) => archive.mutateAsync({ id }),
        }
      : {},
  );
  const runTest = probe(test, list.refetch);
  return <ChannelRoom source={source} types={CHANNEL_TYPES} onTest={may ? runTest : null} />;
}
