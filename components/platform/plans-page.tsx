"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client.tsx";
import { valid } from "#components/trpc/form-problem.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import { planInput, planPatchInput } from "#domain/billing/plan.ts";
import { planFromForm, planValues } from "./plan-form.ts";
import { PlanRoom } from "./plan-room.tsx";

/** What tenants subscribe to, from the server. */
export function PlansPage() {
  const trpc = useTRPC();
  const list = useInfiniteQuery(trpc.plans.list.infiniteQueryOptions({ limit: 50 }, paged));
  const create = useMutation(trpc.plans.create.mutationOptions());
  const update = useMutation(trpc.plans.update.mutationOptions());
  const archive = useMutation(trpc.plans.archive.mutationOptions());
  const source = toSource(list, (row) => row, {
    create: (values) => create.mutateAsync(valid(planInput, planFromForm(values, null))),
    update: (id, values) => {
      const row = list.data?.pages.flatMap((page) => page.data).find((one) => one.id === id);
      const said = planFromForm(values, row ? planValues(row) : {});
      return update.mutateAsync({ id, ...valid(planPatchInput, said) });
    },
    archive: (id) => archive.mutateAsync({ id }),
  });
  return <PlanRoom source={source} />;
}
