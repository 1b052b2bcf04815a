"use client";
import "./inbox.css";
import "./inbox-side.css";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { useShortcut } from "#components/shell/use-shortcut.ts";
import type { LiveState } from "#components/ui/live-dot.tsx";
import type { MenuItem } from "#components/ui/menu.tsx";
import { ConversationList } from "./conversation-list.tsx";
import type { ConversationRowView, InboxCounts } from "./conversation-view.ts";
import { ViewsPane } from "./views-pane.tsx";

/** The agents' home: views, list, thread, customer. */
export function InboxScreen(props: {
  base: string;
  view: string;
  counts: InboxCounts;
  live: LiveState;
  rows: ReadonlyArray<ConversationRowView> | null;
  error: string | null;
  onRetry: () => void;
  search: string;
  onSearch: (words: string) => void;
  currentId: string | null;
  hasMore: boolean;
  onMore: () => void;
  thread: ReactNode;
  customer: ReactNode;
}) {
  const router = useRouter();
  const rows = props.rows ?? [];
  const hrefOf = (id: string) => `${props.base}/${id}${props.view === "open" ? "" : `?view=${props.view}`}`;
  const step = (by: number) => {
    const at = rows.findIndex((row) => row.id === props.currentId);
    const next = rows[Math.max(0, at + by)];
    if (next) router.push(hrefOf(next.id));
  };
  useShortcut("J", "Next conversation", () => step(1), "Inbox");
  useShortcut("K", "Previous conversation", () => step(-1), "Inbox");
  const all = [
    ...props.counts.views,
    ...props.counts.channels.map((c) => ({ ...c, key: `channel:${c.key}` })),
  ];
  const current = all.find((view) => view.key === props.view);
  const viewItems: MenuItem[] = all.map((view) => ({
    label: view.label,
    checked: view.key === props.view,
    onSelect: () => router.push(`${props.base}?view=${view.key}`),
  }));
  return (
    <div className="sheet">
      <h1 className="sr-only">Inbox</h1>
      <div className="inbox" data-open={props.currentId ? "" : undefined}>
        <ViewsPane base={props.base} current={props.view} counts={props.counts} live={props.live} />
        <ConversationList
          title={current?.label ?? "All open"}
          count={current?.count ?? null}
          rows={props.rows}
          error={props.error}
          onRetry={props.onRetry}
          search={props.search}
          onSearch={props.onSearch}
          currentId={props.currentId}
          hrefOf={hrefOf}
          hasMore={props.hasMore}
          onMore={props.onMore}
          viewItems={viewItems}
        />
        {props.thread}
        <aside className="cust" aria-label="Customer">
          {props.customer}
        </aside>
      </div>
    </div>
  );
}
