"use client";
import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTRPC } from "#components/trpc/client.tsx";

/** Marks an open conversation as read, only while somebody can see it. */
export function useMarkRead(conversationId: string, unread: number): void {
  const trpc = useTRPC();
  const { mutate } = useMutation(trpc.conversations.markRead.mutationOptions());
  useEffect(() => {
    if (unread === 0) return;
    const read = () => {
      if (document.visibilityState === "visible") mutate({ id: conversationId });
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [conversationId, unread, mutate]);
}
