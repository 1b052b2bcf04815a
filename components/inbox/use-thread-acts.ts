"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { notify } from "#components/ui/toaster.tsx";
import type { ConversationStatus } from "#domain/inbox/conversation-input.ts";
import type { MessageView } from "./message-view.ts";
import type { ThreadActs } from "./thread-pane.tsx";

interface Unsent {
  clientId: string;
  text: string;
  note: boolean;
  at: string;
  failure: string | null;
}

function bubble(unsent: Unsent): MessageView {
  return {
    id: unsent.clientId,
    role: unsent.note ? "note" : "agent",
    authorName: "You",
    content: unsent.text,
    format: "text",
    buttons: [],
    status: unsent.failure ? "failed" : "pending",
    uncertain: false,
    failure: unsent.failure,
    viaButton: false,
    sentAt: unsent.at,
    why: null,
  };
}

/** What a person does with the open conversation. A reply stands in the thread at once, under its own id. */
export function useThreadActs(conversationId: string) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { offsetNow } = useWorkspace();
  const [list, setList] = useState<Unsent[]>([]);
  const refresh = () =>
    Promise.all(
      [trpc.inbox.pathKey(), trpc.conversations.pathKey()].map((queryKey) =>
        queries.invalidateQueries({ queryKey }),
      ),
    );
  const after = {
    onSettled: () => void refresh(),
    onError: (error: unknown) => notify(errorText(error)),
  };
  const takeOver = useMutation(trpc.conversations.takeOver.mutationOptions(after));
  const handBack = useMutation(trpc.conversations.handBack.mutationOptions(after));
  const status = useMutation(trpc.conversations.setStatus.mutationOptions(after));
  const send = useMutation(trpc.messages.send.mutationOptions());
  const note = useMutation(trpc.conversations.addNote.mutationOptions());
  const drop = (clientId: string) => setList((old) => old.filter((one) => one.clientId !== clientId));
  const deliver = async (one: Unsent) => {
    try {
      if (one.note) await note.mutateAsync({ id: conversationId, content: one.text });
      else await send.mutateAsync({ conversationId, content: one.text, clientId: one.clientId });
      await refresh();
      drop(one.clientId);
    } catch (error) {
      const failure = errorText(error);
      setList((old) => old.map((each) => (each.clientId === one.clientId ? { ...each, failure } : each)));
      await refresh();
    }
  };
  const acts: ThreadActs = {
    takeOver: () => takeOver.mutate({ id: conversationId }),
    handBack: () => handBack.mutate({ id: conversationId }),
    setStatus: (next, snoozedUntil) =>
      status.mutate({ id: conversationId, status: next as ConversationStatus, snoozedUntil }),
    send: (text, asNote) => {
      const clientId = crypto.randomUUID();
      const one = { clientId, text, note: asNote, at: offsetNow(), failure: null };
      setList((old) => [...old, one]);
      void deliver(one);
    },
  };
  return {
    acts,
    unsent: list.map(bubble),
    busy: takeOver.isPending || handBack.isPending || status.isPending,
  };
}
