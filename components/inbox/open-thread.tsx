"use client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { paged } from "#components/trpc/to-source.ts";
import { Button } from "#components/ui/button.tsx";
import { ErrorNotice } from "#components/ui/error-notice.tsx";
import { toMessages, toThread, toWhy } from "./inbox-answers.ts";
import type { MessageView } from "./message-view.ts";
import { ThreadEmpty } from "./thread-empty.tsx";
import { ThreadPane } from "./thread-pane.tsx";
import { ThreadSide } from "./thread-side.tsx";
import { useMarkRead } from "./use-mark-read.ts";
import { useThreadActs } from "./use-thread-acts.ts";

const byTime = (a: MessageView, b: MessageView) => a.sentAt.localeCompare(b.sentAt);

/** The open conversation, live: messages with their whys, notes, what is being sent. */
export function OpenThread(props: { conversationId: string; backHref: string }) {
  const id = props.conversationId;
  const trpc = useTRPC();
  const { allows, base, userId } = useWorkspace();
  const [whyId, setWhyId] = useState<string | null>(null);
  const thread = useQuery(trpc.inbox.thread.queryOptions({ conversationId: id }));
  const pages = useInfiniteQuery(trpc.conversations.messages.infiniteQueryOptions({ id, limit: 50 }, paged));
  const notes = useQuery(trpc.conversations.notes.queryOptions({ id, limit: 100 }));
  const why = useQuery(
    trpc.inbox.why.queryOptions({ messageId: whyId ?? "" }, { enabled: whyId !== null, staleTime: 5_000 }),
  );
  const deeds = useThreadActs(id);
  useMarkRead(id, thread.data?.unreadCount ?? 0);
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.data).reverse() ?? null, [pages.data]);
  const messages = useMemo(() => {
    const oldest = rows?.[0]?.sentAt ?? "";
    const noted = (notes.data?.data ?? [])
      .filter((note) => !pages.hasNextPage || note.createdAt >= oldest)
      .map(
        (note): MessageView => ({
          id: note.id,
          role: "note",
          authorName: note.authorUserId === userId ? "You" : note.authorName,
          content: note.content,
          format: "text",
          buttons: [],
          status: "received",
          uncertain: false,
          failure: null,
          viaButton: false,
          sentAt: note.createdAt,
          why: null,
        }),
      );
    const said = toMessages(rows ?? []).map((message) =>
      message.role === "agent" && message.authorName === null
        ? { ...message, authorName: "A colleague" }
        : message,
    );
    return [...[...said, ...noted].sort(byTime), ...deeds.unsent];
  }, [rows, notes.data, pages.hasNextPage, deeds.unsent, userId]);
  const failure = thread.error ?? pages.error;
  if (failure && (!thread.data || !rows))
    return (
      <section className="thread" aria-label="Conversation">
        <ErrorNotice
          title="The conversation did not load."
          text={errorText(failure)}
          onRetry={() => {
            void thread.refetch();
            void pages.refetch();
          }}
        />
      </section>
    );
  if (!thread.data || !rows) return <ThreadEmpty loading />;
  return (
    <ThreadPane
      thread={toThread(thread.data)}
      messages={messages}
      mine={thread.data.handler === "agent" && thread.data.assigneeId === userId}
      busy={deeds.busy}
      canReply={allows("conversations.reply")}
      canAssign={allows("conversations.assign")}
      canResolve={allows("conversations.resolve")}
      backHref={props.backHref}
      acts={deeds.acts}
      openWhyId={whyId}
      onOpenWhy={setWhyId}
      why={why.data && why.data.messageId === whyId ? toWhy(why.data, base) : null}
      whyFailure={why.error ? errorText(why.error) : null}
      customerPanel={<ThreadSide conversationId={id} />}
      older={
        pages.hasNextPage ? (
          <Button
            variant="quiet"
            size="sm"
            className="self-center"
            busy={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
          >
            Earlier messages
          </Button>
        ) : null
      }
    />
  );
}
