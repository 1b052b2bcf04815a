"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { Amount } from "#components/ui/amount.tsx";
import { ChannelIcon, channelName } from "#components/ui/channel-icon.tsx";
import { ErrorNotice } from "#components/ui/error-notice.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Age } from "#components/ui/time.tsx";

/** Where a customer is known, and what was talked about. */
export function CustomerTalks(props: { customerId: string }) {
  const trpc = useTRPC();
  const { allows, base } = useWorkspace();
  const id = props.customerId;
  const talks = useQuery(
    trpc.conversations.list.queryOptions(
      { customerId: id, limit: 20 },
      { enabled: allows("conversations.view") },
    ),
  );
  const identities = useQuery(trpc.customers.identities.queryOptions({ id }));
  if (talks.error)
    return (
      <ErrorNotice
        title="The conversations did not load."
        text={errorText(talks.error)}
        onRetry={() => void talks.refetch()}
      />
    );
  return (
    <>
      <section className="border-line border-t p-5">
        <h3 className="text-title mb-2">Known as</h3>
        <dl className="facts">
          {(identities.data?.data ?? []).map((one) => (
            <div key={one.id} className="contents">
              <dt>{channelName(one.channelType)}</dt>
              <dd className="num">{one.address}</dd>
            </div>
          ))}
        </dl>
        {identities.data?.data.length === 0 ? (
          <p className="text-ink-3">On no channel yet. The first message makes the link.</p>
        ) : null}
      </section>
      <section className="border-line border-t p-5">
        <h3 className="text-title mb-2">Conversations</h3>
        {talks.data ? null : <Skeleton rows={3} className="!p-0" />}
        {talks.data?.data.length === 0 ? <p className="text-ink-3">None yet.</p> : null}
        <ul>
          {talks.data?.data.map((talk) => (
            <li key={talk.id} className="border-line border-b last:border-0">
              <Link href={`${base}/inbox/${talk.id}`} className="row min-h-11">
                <ChannelIcon type={talk.channelType ?? "api"} />
                <span className="clip">{talk.lastMessagePreview || "No message yet"}</span>
                <span className="end row num text-small">
                  <Amount value={talk.clientPrice} currency={talk.currency} symbol />
                  <StatusChip status={talk.status} />
                  <Age at={talk.lastMessageAt} className="text-ink-3" />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
