"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { attempt } from "#components/trpc/error-text.ts";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { notify } from "#components/ui/toaster.tsx";
import { MergeDialog } from "./merge-dialog.tsx";

/** What is done with a customer as a whole: one person found twice, their data asked for, their data erased. */
export function CustomerActs(props: { customer: { id: string; name: string } }) {
  const { id, name } = props.customer;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { allows, slug } = useWorkspace();
  const [asked, setAsked] = useState<"merge" | "erase" | null>(null);
  const merge = useMutation(trpc.customers.merge.mutationOptions());
  const erase = useMutation(trpc.customers.erase.mutationOptions());
  const act = async (deed: () => Promise<unknown>, done: string) => {
    const problem = await attempt(async () => {
      await deed();
      notify(done);
    });
    await Promise.all(
      [trpc.customers.pathKey(), trpc.conversations.pathKey(), trpc.inbox.pathKey()].map((queryKey) =>
        queries.invalidateQueries({ queryKey }),
      ),
    );
    return problem;
  };
  const [mayChange, mayExport] = [allows("customers.delete"), allows("customers.export")];
  if (!mayChange && !mayExport) return null;
  return (
    <section className="border-line border-t p-5">
      <h3 className="text-title mb-2">Person and data</h3>
      <div className="row flex-wrap">
        {mayChange ? <Button onClick={() => setAsked("merge")}>Merge another into this</Button> : null}
        {mayExport ? (
          <a className="btn" href={`/api/v1/customers/${id}/export?tenant=${slug}`} download={`${name}.json`}>
            Export data
          </a>
        ) : null}
        {mayChange ? (
          <Button variant="danger" onClick={() => setAsked("erase")}>
            Erase for good
          </Button>
        ) : null}
      </div>
      <MergeDialog
        key={id}
        into={props.customer}
        open={asked === "merge"}
        onClose={() => setAsked(null)}
        onMerge={(fromCustomerId) => act(() => merge.mutateAsync({ id, fromCustomerId }), "Merged")}
      />
      <ConfirmDialog
        open={asked === "erase"}
        onClose={() => setAsked(null)}
        title={`Erase ${name} for good`}
        text="Name, addresses and everything said are taken out of every record and cannot be brought back. Amounts and times stay."
        confirmLabel="Erase for good"
        danger
        onConfirm={() => act(() => erase.mutateAsync({ id }), "Erased")}
      />
    </section>
  );
}
