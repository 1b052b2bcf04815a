"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged, toSource } from "#components/trpc/to-source.ts";
import { notify } from "#components/ui/toaster.tsx";
import { readPriceFile } from "#domain/billing/price-import.ts";
import { PriceImport } from "./price-import.tsx";
import { PriceProposalRoom, type ProposalStatus } from "./price-proposal-room.tsx";

const CHUNK = 500;

/** Proposed prices and the lists they come from, from the server. */
export function PriceProposalsPage() {
  const trpc = useTRPC();
  const [status, setStatus] = useState<ProposalStatus>("open");
  const list = useInfiniteQuery(
    trpc.priceProposals.list.infiniteQueryOptions(
      { limit: 50, status },
      { ...paged, placeholderData: (old) => old },
    ),
  );
  const imports = useInfiniteQuery(trpc.priceImports.list.infiniteQueryOptions({ limit: 5 }, paged));
  const bring = useMutation(trpc.priceImports.create.mutationOptions());
  const accept = useMutation(trpc.priceProposals.accept.mutationOptions());
  const reject = useMutation(trpc.priceProposals.reject.mutationOptions());
  const acceptAll = useMutation(trpc.priceImports.accept.mutationOptions());
  const refresh = () => Promise.all([list.refetch(), imports.refetch()]);
  const decide = async (deed: () => Promise<unknown>) => {
    try {
      await deed();
      return null;
    } catch (error) {
      return errorText(error);
    } finally {
      await refresh();
    }
  };
  return (
    <PriceProposalRoom
      source={toSource(list, (row) => ({
        ...row,
        unit: row.price.unit,
        currency: row.price.currency,
        validFrom: row.price.validFrom,
      }))}
      status={status}
      onStatus={setStatus}
      lists={imports.data?.pages.flatMap((page) => page.data) ?? []}
      onAccept={(input) => decide(() => accept.mutateAsync(input))}
      onReject={(id) => decide(() => reject.mutateAsync({ id }))}
      onAcceptAll={(id, newModels) =>
        decide(async () => {
          const { accepted, refused } = await acceptAll.mutateAsync({ id, newModels });
          notify(
            `${accepted} prices accepted${refused.length > 0 ? `, ${refused.length} refused: ${refused[0]?.message}` : ""}`,
          );
        })
      }
      bring={
        <PriceImport
          onBring={async ({ source, validFrom, content }, onProgress) => {
            try {
              const lines = readPriceFile(JSON.parse(content));
              if (lines.length === 0)
                return "The file holds no prices: give a list of prices, or an object by model.";
              for (let at = 0; at < lines.length; at += CHUNK) {
                await bring.mutateAsync({ source, validFrom, prices: lines.slice(at, at + CHUNK) });
                onProgress(Math.min(lines.length, at + CHUNK), lines.length);
              }
            } catch (error) {
              return error instanceof SyntaxError ? "The file is no JSON." : errorText(error);
            }
            await refresh();
            return null;
          }}
        />
      }
    />
  );
}
