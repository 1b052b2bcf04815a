"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { Avatar } from "#components/ui/avatar.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import { useDebounced } from "#components/ui/use-debounced.ts";

/** Which customer is the same person; their addresses and conversations move to the open one. */
export function MergeDialog(props: {
  into: { id: string; name: string };
  open: boolean;
  onClose: () => void;
  /** Answers null, or what the person should read. */
  onMerge: (fromCustomerId: string) => Promise<string | null>;
}) {
  const { into } = props;
  const trpc = useTRPC();
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<{ id: string; name: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const words = useDebounced(search.trim());
  const found = useQuery(
    trpc.customers.list.queryOptions(
      { limit: 20, ...(words ? { search: words } : {}) },
      { enabled: props.open, placeholderData: (old) => old },
    ),
  );
  const others = found.data?.data.filter((one) => one.id !== into.id) ?? [];
  const merge = async () => {
    if (!chosen) return;
    setBusy(true);
    const problem = await props.onMerge(chosen.id);
    setBusy(false);
    setFailure(problem);
    if (problem === null) props.onClose();
  };
  const trouble = failure ?? (found.error ? errorText(found.error) : null);
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title={`Merge into ${into.name}`}
      description="The other one's addresses and conversations move here, and that customer is no longer listed."
      footer={
        <>
          <Button variant="quiet" onClick={props.onClose}>
            Cancel
          </Button>
          <Button
            variant="primary"
            busy={busy}
            disabledReason={chosen ? undefined : "Choose who is the same person."}
            onClick={() => void merge()}
          >
            {chosen ? `Merge ${chosen.name}` : "Merge"}
          </Button>
        </>
      }
    >
      <SearchField label="Search customers" value={search} onChange={setSearch} />
      <ul className="mt-3 max-h-72 overflow-y-auto" aria-label="Customers">
        {others.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className="row hover:bg-hover aria-pressed:bg-accent-tint min-h-11 w-full rounded-sm px-2 text-start"
              aria-pressed={chosen?.id === one.id}
              onClick={() => setChosen(one)}
            >
              <Avatar id={one.id} name={one.name} size="s" />
              <span className="clip">{one.name}</span>
              <bdi className="text-ink-3 text-small num end">{one.phone ?? one.email ?? ""}</bdi>
            </button>
          </li>
        ))}
      </ul>
      {found.data && others.length === 0 ? <p className="text-ink-3 mt-3">Nobody else is found.</p> : null}
      {trouble ? (
        <p className="field-error mt-3" role="alert">
          {trouble}
        </p>
      ) : null}
    </Dialog>
  );
}
