import type { LucideIcon } from "lucide-react";
import {
  Braces,
  CheckCheck,
  FileText,
  GitBranch,
  ListChecks,
  MessageSquareText,
  Plug,
  ReceiptText,
  Split,
  UserRound,
  Webhook,
  Workflow,
} from "lucide-react";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { duration } from "#components/ui/duration.ts";
import { nodeMark } from "#components/ui/node-mark.tsx";
import type { SpanKind, TraceSpan, TraceView } from "./trace-view.ts";

const icons: Record<string, LucideIcon> = {
  webhook: Webhook,
  journal: ListChecks,
  customer: UserRound,
  intent: Split,
  flow: Workflow,
  message: MessageSquareText,
  extract: Braces,
  api: Plug,
  condition: GitBranch,
  template: FileText,
  read: CheckCheck,
  usage: ReceiptText,
};
const fills: Record<SpanKind, string> = {
  door: "var(--control)",
  think: "var(--machine)",
  say: "var(--accent)",
  do: "var(--chart-3)",
  rule: "var(--control)",
  record: "var(--control)",
  read: "var(--control)",
};

function ticks(totalMs: number): number[] {
  const steps = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000];
  const step = steps.find((one) => totalMs / one <= 7) ?? 3_600_000;
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, index) => index * step);
}

/** Every step of one message on one time line, with what it cost. */
export function TraceWaterfall(props: { trace: TraceView }) {
  const { trace } = props;
  const total = Math.max(trace.totalMs, 1);
  const marks = ticks(total);
  const decimals = decimalsOf([trace.price, ...trace.spans.map((span) => span.price)], trace.currency);
  return (
    <section className="wf" aria-label="Every step on one time line" {...scrollable}>
      <div className="w h">
        <span>{trace.spans.length === 1 ? "1 step" : `${trace.spans.length} steps`}</span>
        <span className="tr" aria-hidden="true">
          {marks.map((mark) => (
            <span key={mark} style={{ left: `${(mark / total) * 96}%` }}>
              {mark === 0 ? "0" : mark < 1000 ? `${mark} ms` : `${mark / 1000} s`}
            </span>
          ))}
        </span>
        <span className="text-end">Time</span>
        <span className="text-end">Price, {trace.currency}</span>
      </div>
      {trace.spans.map((span) => (
        <Span
          key={span.id}
          span={span}
          total={total}
          marks={marks}
          decimals={decimals}
          currency={trace.currency}
        />
      ))}
      <div className="w s">
        <span>Everything this message cost</span>
        <span className="tr" />
        <span className="num text-end">{duration(trace.totalMs)}</span>
        <span className="text-end">
          <Amount value={trace.price} currency={trace.currency} decimals={decimals} />
        </span>
      </div>
    </section>
  );
}

/** A scrolling region must be reachable by keyboard. */
const scrollable = { tabIndex: 0 };

function Span(props: {
  span: TraceSpan;
  total: number;
  marks: number[];
  decimals: number;
  currency: string;
}) {
  const { span, total } = props;
  const Icon = icons[span.icon] ?? nodeMark(span.icon).icon;
  const left = (span.startMs / total) * 96;
  const width = (span.durationMs / total) * 96;
  return (
    <div className="w">
      <span className="nm">
        <Icon size={14} strokeWidth={1.6} aria-hidden="true" />
        <span className="flex-none">{span.name}</span>
        {span.detail ? (
          <span className={`text-ink-3 clip ${span.code ? "code" : ""}`}>{span.detail}</span>
        ) : null}
      </span>
      <span className="tr" aria-hidden="true">
        {props.marks.map((mark) => (
          <span key={mark} className="grid-line" style={{ left: `${(mark / total) * 96}%` }} />
        ))}
        <i style={{ left: `${left}%`, width: `${width}%`, background: fills[span.kind] }} />
        {span.idleMs ? (
          <i
            style={{
              left: `${left}%`,
              width: `${(span.idleMs / total) * 96}%`,
              background: "color-mix(in srgb, var(--surface) 62%, transparent)",
            }}
          />
        ) : null}
      </span>
      <span className="num text-end">{duration(span.durationMs)}</span>
      <span className="num text-end">
        {span.price ? (
          <span title={span.inPlan ? "Covered by the plan" : undefined}>
            <Amount value={span.price} currency={props.currency} decimals={props.decimals} />
          </span>
        ) : span.inPlan ? (
          <span className="text-ink-3">in plan</span>
        ) : null}
      </span>
    </div>
  );
}
