"use client";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
  type TRPCLink,
} from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useState } from "react";
import type { AppRouter } from "#server/trpc/router.ts";

/** The typed client of the house: `useTRPC()` for queries, `useTRPCClient()` for direct calls. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

const noRetry = new Set([
  "BAD_REQUEST",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "NOT_FOUND",
  "CONFLICT",
  "PRECONDITION_FAILED",
]);

function worthRetrying(count: number, error: unknown): boolean {
  const code = error instanceof TRPCClientError ? (error.data as { code?: string } | null)?.code : undefined;
  return count < 2 && !(code && noRetry.has(code));
}

function createQueries(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        const code =
          error instanceof TRPCClientError ? (error.data as { code?: string } | null)?.code : undefined;
        if (code === "UNAUTHORIZED" && !location.pathname.startsWith("/sign-in"))
          location.assign(`/sign-in?callbackUrl=${encodeURIComponent(location.pathname + location.search)}`);
      },
    }),
    defaultOptions: { queries: { staleTime: 15_000, retry: worthRetrying, refetchOnWindowFocus: true } },
  });
}

/** The query library tells each page which way it reads; our inputs are strict and know no such field. */
const withoutDirection: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) => {
    if (op.type !== "query" || typeof op.input !== "object" || op.input === null) return next(op);
    const { direction: _, ...input } = op.input as Record<string, unknown>;
    return next({ ...op, input });
  };

/** Gives a room's components the client; `tenant` is the workspace in the page's address, null in the console. */
export function ApiProvider(props: { tenant: string | null; children: ReactNode }) {
  const [queries] = useState(createQueries);
  const [client] = useState(() => {
    const { tenant } = props;
    const query = tenant ? `?tenant=${encodeURIComponent(tenant)}` : "";
    return createTRPCClient<AppRouter>({
      links: [
        withoutDirection,
        splitLink({
          condition: (op) => op.type === "subscription",
          true: httpSubscriptionLink({ url: `/api/trpc${query}` }),
          false: httpBatchLink({
            url: "/api/trpc",
            maxURLLength: 2000,
            headers: tenant ? { "x-aurora-tenant": tenant } : {},
          }),
        }),
      ],
    });
  });
  return (
    <QueryClientProvider client={queries}>
      <TRPCProvider trpcClient={client} queryClient={queries}>
        {props.children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
