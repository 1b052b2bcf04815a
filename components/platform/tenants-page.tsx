"use client";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client.tsx";
import { attempt } from "#components/trpc/error-text.ts";
import { valid } from "#components/trpc/form-problem.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import type { FieldValues } from "#components/ui/record-form.tsx";
import { notify } from "#components/ui/toaster.tsx";
import { useDebounced } from "#components/ui/use-debounced.ts";
import { tenantCreate, tenantPatch } from "#domain/platform/tenant-input.ts";
import { NewTenantKey } from "./new-tenant-key.tsx";
import { TenantActs } from "./tenant-acts.tsx";
import { TenantRoom } from "./tenant-room.tsx";
import { useChoices } from "./use-choices.ts";

function fromForm({ ownerName, ownerEmail, ...rest }: FieldValues): object {
  return { ...rest, owner: { name: ownerName ?? "", email: ownerEmail ?? "" } };
}

/** Every workspace of the platform, from the server. */
export function TenantsPage() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { plans } = useChoices();
  const [search, setSearch] = useState("");
  const words = useDebounced(search.trim());
  const [made, setMade] = useState<{ name: string; apiKey: string } | null>(null);
  const list = useInfiniteQuery(
    trpc.tenants.list.infiniteQueryOptions(
      { limit: 50, ...(words ? { search: words } : {}) },
      { ...paged, placeholderData: (old) => old },
    ),
  );
  const create = useMutation(trpc.tenants.create.mutationOptions());
  const update = useMutation(trpc.tenants.update.mutationOptions());
  const suspend = useMutation(trpc.tenants.suspend.mutationOptions());
  const resume = useMutation(trpc.tenants.resume.mutationOptions());
  const setClock = useMutation(trpc.tenants.testClock.mutationOptions());
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.tenants.pathKey() });
  const source = toSource(list, (row) => row, {
    create: async (values) => {
      const tenant = await create.mutateAsync(valid(tenantCreate, fromForm(values)));
      setMade({ name: tenant.name, apiKey: tenant.apiKey });
    },
    update: (id, values) => update.mutateAsync(valid(tenantPatch, { ...values, id })),
  });
  return (
    <>
      <TenantRoom
        source={source}
        plans={plans}
        search={search}
        onSearch={setSearch}
        below={(row) => (
          <TenantActs
            key={row.id}
            tenant={row}
            onSuspend={() => attempt(() => suspend.mutateAsync({ id: row.id }).then(refresh))}
            onResume={() => attempt(() => resume.mutateAsync({ id: row.id }).then(refresh))}
            onClock={(now) =>
              attempt(async () => {
                const { timersFired } = await setClock.mutateAsync({ id: row.id, now });
                notify(`The clock is set; ${timersFired} things that were due have happened`);
                await refresh();
              })
            }
          />
        )}
      />
      <NewTenantKey made={made} onClose={() => setMade(null)} />
    </>
  );
}
