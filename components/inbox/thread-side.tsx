"use client";
import { useQuery } from "@tanstack/react-query";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { channelName } from "#components/ui/channel-icon.tsx";
import { ErrorNotice } from "#components/ui/error-notice.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { CustomerPanel } from "./customer-panel.tsx";

/** The person beside the thread, from the server. */
export function ThreadSide(props: { conversationId: string }) {
  const trpc = useTRPC();
  const { allows, base } = useWorkspace();
  const thread = useQuery(trpc.inbox.thread.queryOptions({ conversationId: props.conversationId }));
  const customerId = thread.data?.customerId ?? "";
  const ready = { enabled: customerId !== "" };
  const customer = useQuery(trpc.customers.get.queryOptions({ id: customerId }, ready));
  const identities = useQuery(trpc.customers.identities.queryOptions({ id: customerId }, ready));
  const failure = customer.error ?? thread.error;
  if (failure && !customer.data)
    return (
      <ErrorNotice
        title="The customer did not load."
        text={errorText(failure)}
        onRetry={() => void customer.refetch()}
        className="m-4"
      />
    );
  if (!thread.data || !customer.data) return <Skeleton rows={6} />;
  const person = customer.data;
  const details = [
    { label: "E-mail", value: person.email },
    { label: "Phone", value: person.phone },
    { label: "Language", value: person.language },
    { label: "Own number", value: person.externalId },
  ].flatMap(({ label, value }) => (value ? [{ label, value }] : []));
  return (
    <CustomerPanel
      customer={{
        id: person.id,
        name: person.name,
        since: person.createdAt,
        tags: person.tags,
        conversationCount: person.conversationCount,
        identities: (identities.data?.data ?? []).map((one) => ({
          label: channelName(one.channelType),
          value: one.address,
        })),
        details,
        conversation: {
          calls: thread.data.callCount,
          tokens: String(thread.data.tokensUsed),
          price: thread.data.clientPrice,
          currency: thread.data.currency,
          href: allows("billing.view")
            ? `${base}/billing/records?conversationId=${props.conversationId}`
            : null,
        },
      }}
    />
  );
}
