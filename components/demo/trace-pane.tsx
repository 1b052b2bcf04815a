"use client";
import { ArrowUpRight, History } from "lucide-react";
import Link from "next/link";
import { Amount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { duration } from "#components/ui/duration.ts";
import { Empty } from "#components/ui/empty.tsx";
import { ErrorNotice } from "#components/ui/error-notice.tsx";
import { LiveDot, type LiveState } from "#components/ui/live-dot.tsx";
import { Seal } from "#components/ui/seal.tsx";
import { TracePath } from "./trace-path.tsx";
import type { TraceView } from "./trace-view.ts";
import { TraceWaterfall } from "./trace-waterfall.tsx";

/** The live trace: four figures, the lit path, the waterfall, the total, what the run knows. */
export function TracePane(props: {
  trace: TraceView | null;
  loading: boolean;
  error: string | null;
  live: LiveState;
  tenantName: string;
  customerName: string;
  inboxHref: string | null;
  onReplay: (() => void) | null;
}) {
  const { trace } = props;
  const first = props.customerName.split(" ")[0] ?? props.customerName;
  return (
    <section className="sheet trace" aria-label="Live trace">
      <header className="bar">
        <h2 className="text-title whitespace-nowrap">Live trace</h2>
        <span className="ms-1">
          <LiveDot state={props.live} label={`Following ${first}`} />
        </span>
        {trace?.traceId ? (
          <span className="code text-ink-3 clip only-desk ms-2">trace {trace.traceId}</span>
        ) : null}
        <span className="end row gap-1.5">
          {props.onReplay ? (
            <Button
              variant="quiet"
              icon={<History size={14} />}
              onClick={props.onReplay}
              className="only-desk"
            >
              Replay
            </Button>
          ) : null}
          {props.inboxHref ? (
            <Link href={props.inboxHref} className="btn">
              Open in the inbox
              <ArrowUpRight size={14} aria-hidden="true" />
            </Link>
          ) : null}
        </span>
      </header>
      {props.error ? <ErrorNotice title="The trace did not load." text={props.error} /> : null}
      {trace ? (
        <>
          <Figures trace={trace} tenantName={props.tenantName} />
          <TracePath
            label={trace.flow ? `${trace.flow.name} v${trace.flow.version}` : "Path of the run"}
            stops={trace.stops}
          />
          <TraceWaterfall trace={trace} />
          <div className="know">
            <span className="text-small text-ink-3 me-1">The run knows</span>
            {trace.knows.length === 0 ? <span className="text-small text-ink-3">nothing yet</span> : null}
            {trace.knows.map((one) => (
              <span key={one.name} className="known">
                <span className="code">{one.name}</span>
                <span className="clip">{one.value}</span>
              </span>
            ))}
            {trace.equalsLedger === null ? null : (
              <Seal ok={trace.equalsLedger} className="end">
                {trace.equalsLedger ? "Equals the ledger" : "Differs from the ledger"}
              </Seal>
            )}
          </div>
        </>
      ) : props.error ? null : (
        <Empty
          title={props.loading ? "Looking for the last message" : "Send a message from the phone"}
          text="Every step of it appears here: the webhook, the intent, the run, the calls, the reply, the price."
        />
      )}
    </section>
  );
}

function Figures(props: { trace: TraceView; tenantName: string }) {
  const { trace } = props;
  return (
    <dl className="sum4">
      <div>
        <dt>Message</dt>
        <dd className="text-title clip mt-[5px]" dir="auto">
          {trace.message}
        </dd>
      </div>
      <div>
        <dt>Webhook to reply</dt>
        <dd className="big">{trace.webhookToReplyMs === null ? "…" : duration(trace.webhookToReplyMs)}</dd>
      </div>
      <div>
        <dt>Tokens, {trace.calls === 1 ? "1 call" : `${trace.calls} calls`}</dt>
        <dd className="big">{Number(trace.tokens).toLocaleString("en-US")}</dd>
      </div>
      <div>
        <dt>Price to {props.tenantName}</dt>
        <dd className="big">
          <Amount value={trace.price} currency={trace.currency} symbol />
        </dd>
      </div>
    </dl>
  );
}
