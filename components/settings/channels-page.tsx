"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { valid } from "#components/trpc/form-problem.ts";
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
  const runTest = async (id: string) => {
    try {
      const { ok, message } = await test.mutateAsync({ id });
      await list.refetch();
      return { ok, text: message };
    } catch (error) {
      return { ok: false, text: errorText(error) };
    }
  };
  return <ChannelRoom source={source} types={CHANNEL_TYPES} onTest={may ? runTest : null} />;
}
