"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { TRPCClientError } from "@trpc/client";
import { useState } from "react";
import { tileOf } from "#components/shell/tile-of.ts";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { useLiveState } from "#components/trpc/live.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { RoomState } from "#components/ui/room-state.tsx";
import { Cockpit } from "./cockpit.tsx";
import { Phone } from "./phone.tsx";
import type { PhoneMessageView } from "./phone-view.ts";
import { TracePane } from "./trace-pane.tsx";

/** While a turn is under way its steps light up one by one; at rest live events bring what is new. */
const workingMs = 400;
const restingMs = 5_000;

const suggestions = ["I want to buy AirPods Pro", "Where is my order?", "Talk to a person"];

const isMissing = (error: unknown) =>
  error instanceof TRPCClientError && (error.data as { code?: string } | null)?.code === "NOT_FOUND";

/** The demo's cockpit: the phone speaks through the real webhook, the trace reads what that left behind. */
export function DemoPage() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { base, slug, name } = useWorkspace();
  const live = useLiveState();
  const [sending, setSending] = useState<PhoneMessageView | null>(null);
  const [until, setUntil] = useState(0);
  const pace = () => (Date.now() < until ? workingMs : restingMs);
  const phone = useQuery(trpc.demo.phone.queryOptions(undefined, { refetchInterval: pace }));
  const trace = useQuery(trpc.demo.trace.queryOptions(undefined, { refetchInterval: pace, retry: false }));
  const again = () => queries.invalidateQueries({ queryKey: trpc.demo.pathKey() });
  const after = {
    onMutate: () => setUntil(Date.now() + 8_000),
    onSettled: async () => {
      await again();
      setSending(null);
    },
  };
  const send = useMutation(trpc.demo.send.mutationOptions(after));
  const press = useMutation(trpc.demo.press.mutationOptions(after));
  if (!phone.data)
    return phone.error && isMissing(phone.error) ? (
      <div className="sheet">
        <Empty
          title="This workspace has no demo phone"
          text="The demo's phone belongs to the workspace that the demo was made for. It is off where demo mode is off."
        />
      </div>
    ) : (
      <RoomState
        title="The phone did not load."
        error={phone.error ? errorText(phone.error) : null}
        onRetry={() => void phone.refetch()}
      />
    );
  const show = (text: string) =>
    setSending({ id: "sending", mine: true, text, at: new Date().toISOString(), status: "sent" });
  const failure = send.error ?? press.error;
  const traceFailure = trace.error && !isMissing(trace.error) && !trace.data ? errorText(trace.error) : null;
  return (
    <Cockpit
      phone={
        <Phone
          customerName={phone.data.customerName}
          tenantName={phone.data.tenantName || name}
          tile={tileOf(slug)}
          messages={sending ? [...phone.data.messages, sending] : phone.data.messages}
          suggestions={suggestions}
          busy={sending !== null}
          error={failure ? errorText(failure) : null}
          onSend={(text) => {
            show(text);
            send.mutate({ text });
          }}
          onButton={(messageId, button) => {
            show(button.title);
            press.mutate({ messageId, buttonId: button.id, title: button.title });
          }}
        />
      }
      trace={
        <TracePane
          // A message of the seed's past did not come through a webhook: there is nothing to follow.
          trace={trace.data?.traceId ? trace.data : null}
          loading={trace.isPending}
          error={traceFailure}
          live={live}
          tenantName={name}
          customerName={phone.data.customerName}
          inboxHref={trace.data?.conversationId ? `${base}/inbox/${trace.data.conversationId}` : null}
          onReplay={null}
        />
      }
    />
  );
}
