"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { valid } from "#components/trpc/form-problem.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import { memberCreate, memberPatch } from "#domain/people/member-input.ts";
import { TeamRoom } from "./people-rooms.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

/** Who works here, from the server. */
export function TeamPage() {
  const trpc = useTRPC();
  const { allows, base, userId } = useWorkspace();
  const list = useInfiniteQuery(trpc.users.list.infiniteQueryOptions({ limit: 50 }, paged));
  const create = useMutation(trpc.users.create.mutationOptions());
  const update = useMutation(trpc.users.update.mutationOptions());
  const remove = useMutation(trpc.users.remove.mutationOptions());
  const source = toSource(
    list,
    (row) => row,
    allows("users.manage")
      ? {
          create: (values) => create.mutateAsync(valid(memberCreate, values)),
          update: (id, values) => update.mutateAsync({ id, ...valid(memberPatch, values) }),
          archive: (id) => remove.mutateAsync({ id }),
        }
      : {},
  );
  return <TeamRoom source={source} ownId={userId} tabs={<SettingsTabs base={base} />} />;
}
