"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTRPC } from "#components/trpc/client.tsx";
import { type LiveEvent, useLive } from "#components/trpc/live.tsx";

/** Facts of one moment are answered together: a turn of the bot tells a dozen. */
const gatherMs = 120;

/** Reads again, by key, what live events say has changed. */
export function useLiveRefresh(): void {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const waiting = useRef<LiveEvent[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const refresh = () => {
    timer.current = null;
    const events = waiting.current.splice(0);
    if (events.some((event) => event.type === "refetch")) return void queries.invalidateQueries();
    const stale = (queryKey: readonly unknown[]) => void queries.invalidateQueries({ queryKey });
    const talk = events.some((event) => /^(conversation|message)\./.test(event.type));
    if (talk || events.some((event) => event.type.startsWith("flow_execution."))) {
      stale(trpc.inbox.list.pathKey());
      stale(trpc.inbox.counts.pathKey());
      stale(trpc.demo.pathKey());
      stale(trpc.shell.pathKey());
    }
    for (const id of new Set(events.flatMap((event) => event.conversationId ?? []))) {
      stale(trpc.inbox.thread.queryKey({ conversationId: id }));
      stale(trpc.conversations.messages.infiniteQueryKey({ id }));
      stale(trpc.conversations.notes.queryKey({ id }));
    }
    if (events.some((event) => event.flowExecutionId || event.conversationId))
      stale(trpc.flowExecutions.pathKey());
    if (events.some((event) => event.type.startsWith("channel."))) stale(trpc.channels.pathKey());
    if (events.some((event) => /^(invoice|cost_alert|quota)\./.test(event.type))) {
      stale(trpc.invoices.pathKey());
      stale(trpc.costAlerts.pathKey());
      stale(trpc.quotas.pathKey());
      stale(trpc.shell.pathKey());
    }
  };
  useLive((event) => {
    waiting.current.push(event);
    timer.current ??= setTimeout(refresh, gatherMs);
  });
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current);
    },
    [],
  );
}
