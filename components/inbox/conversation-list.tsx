"use client";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Menu as MenuIcon } from "lucide-react";
import { useEffect, useRef } from "react";
import { Empty } from "#components/ui/empty.tsx";
import { ErrorNotice } from "#components/ui/error-notice.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Menu, type MenuItem } from "#components/ui/menu.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { ConversationRow } from "./conversation-row.tsx";
import type { ConversationRowView } from "./conversation-view.ts";

/** The list of conversations: virtual rows, more are fetched as you near the end. */
export function ConversationList(props: {
  title: string;
  count: number | null;
  rows: ReadonlyArray<ConversationRowView> | null;
  error: string | null;
  onRetry: () => void;
  search: string;
  onSearch: (words: string) => void;
  currentId: string | null;
  hrefOf: (id: string) => string;
  hasMore: boolean;
  onMore: () => void;
  viewItems: ReadonlyArray<MenuItem | string | null>;
}) {
  const { rows, hasMore, onMore } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows?.length ?? 0,
    getScrollElement: () => scroll.current,
    estimateSize: () => 83,
    overscan: 8,
    getItemKey: (index) => rows?.[index]?.id ?? index,
  });
  const items = list.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows && hasMore && last >= rows.length - 10) onMore();
  }, [last, rows, hasMore, onMore]);
  return (
    <section className="conv-list" aria-label="Conversations">
      <div className="head">
        <span className="lg:hidden">
          <Menu
            align="start"
            items={props.viewItems}
            trigger={<IconButton label="Views" icon={<MenuIcon size={16} />} />}
          />
        </span>
        <h2 className="text-title clip">{props.title}</h2>
        {props.count === null ? null : (
          <span className="text-ink-3 num">{props.count.toLocaleString("en-US")}</span>
        )}
      </div>
      <div className="border-line border-b px-3 py-2">
        <SearchField wide label="Search people" value={props.search} onChange={props.onSearch} />
      </div>
      <div className="relative min-h-0 flex-1 overflow-y-auto" ref={scroll}>
        {props.error ? (
          <ErrorNotice
            title="The list did not load."
            text={props.error}
            onRetry={props.onRetry}
            className="m-3"
          />
        ) : rows === null ? (
          <Skeleton avatar rows={9} />
        ) : rows.length === 0 ? (
          <Empty
            title={props.search ? "Nobody by that name" : "Nothing here"}
            text={
              props.search
                ? "The search looks at names, phone numbers and e-mail addresses."
                : "Conversations land here as customers write on a connected channel."
            }
            className="m-3"
          />
        ) : (
          <ul style={{ height: list.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index];
              return row ? (
                <li
                  key={item.key}
                  ref={list.measureElement}
                  data-index={item.index}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <ConversationRow
                    row={row}
                    href={props.hrefOf(row.id)}
                    current={row.id === props.currentId}
                  />
                </li>
              ) : null;
            })}
          </ul>
        )}
      </div>
    </section>
  );
}
