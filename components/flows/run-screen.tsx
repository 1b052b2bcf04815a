"use client";
import "./flow.css";
import "./panel.css";
import { ReactFlowProvider } from "@xyflow/react";
import { ArrowUpRight, ChevronRight } from "lucide-react";
import Link from "next/link";
import { useMemo, useState } from "react";
import { Amount } from "#components/ui/amount.tsx";
import { duration } from "#components/ui/duration.ts";
import { LiveDot, type LiveState } from "#components/ui/live-dot.tsx";
import { NodeTile } from "#components/ui/node-mark.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import type { FlowSnapshot } from "#domain/flows/flow-definition.ts";
import { CanvasTools } from "./canvas-tools.tsx";
import { modeOf } from "./edit-steps.ts";
import { FlowCanvas } from "./flow-canvas.tsx";
import type { RunMarks } from "./flow-graph.ts";
import type { FlowOptions } from "./flow-options.ts";
import { useSummaries } from "./use-summaries.ts";

export interface RunStepView {
  id: string;
  nodeKey: string;
  nodeName: string;
  nodeType: string;
  visit: number;
  status: string;
  port: string | null;
  input: unknown;
  output: unknown;
  error: string | null;
  price: string | null;
  startedAt: string;
  durationMs: number | null;
}

export interface RunView {
  id: string;
  flowId: string;
  flowName: string;
  version: number;
  status: string;
  currentNodeKey: string | null;
  startedAt: string;
  durationMs: number | null;
  conversationId: string;
  error: string | null;
  currency: string;
  variables: Record<string, unknown>;
}

/** Which steps and lines a run has passed. */
export function runMarks(flow: FlowSnapshot, run: RunView, steps: ReadonlyArray<RunStepView>): RunMarks {
  const marks: RunMarks["steps"] = {};
  for (const step of steps)
    marks[step.nodeKey] =
      step.status === "failed" ? "failed" : step.status === "skipped" ? "skipped" : "done";
  if (run.currentNodeKey && (run.status === "running" || run.status === "waiting"))
    marks[run.currentNodeKey] = "now";
  const lines = new Set<string>();
  for (const line of flow.connections) {
    const passed = steps.some((step) => step.nodeKey === line.sourceKey && step.port === line.sourcePort);
    if (passed && marks[line.targetKey]) lines.add(line.key);
  }
  return { steps: marks, lines };
}

/** A run on its canvas: what is lit was passed; each step shows input, output, time and price. Live. */
export function RunScreen(props: {
  base: string;
  inboxBase: string;
  flow: FlowSnapshot;
  options: FlowOptions;
  run: RunView;
  steps: ReadonlyArray<RunStepView>;
  live: LiveState;
}) {
  const { run, steps, flow } = props;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const marks = useMemo(() => runMarks(flow, run, steps), [flow, run, steps]);
  const summaries = useSummaries(flow, props.options);
  const active = run.status === "running" || run.status === "waiting";
  const chosen = [...selected][0];
  return (
    <div className="sheet">
      <div className="flow" data-bare="">
        <header className="bar">
          <div className="crumb">
            <Link href={`${props.base}/${run.flowId}`} className="only-desk">
              {run.flowName}
            </Link>
            <ChevronRight size={12} aria-hidden="true" className="only-desk" />
            <Link href={`${props.base}/${run.flowId}/runs`}>Runs</Link>
            <ChevronRight size={12} aria-hidden="true" />
            <h1 className="num">v{run.version}</h1>
          </div>
          <StatusChip status={run.status} />
          {active ? <LiveDot state={props.live} /> : null}
          <span className="end row gap-1.5">
            <Link href={`${props.inboxBase}/${run.conversationId}`} className="btn">
              Open in the inbox
              <ArrowUpRight size={14} aria-hidden="true" />
            </Link>
          </span>
        </header>
        <section className="canvas" aria-label="Canvas">
          <ReactFlowProvider>
            <FlowCanvas
              flow={flow}
              problems={noProblems}
              traffic={null}
              run={marks}
              summaries={summaries}
              selected={selected}
              onSelect={setSelected}
              acts={null}
            />
            <CanvasTools traffic={false} onTraffic={null} onTidy={null} />
          </ReactFlowProvider>
        </section>
        <aside className="panel" aria-label="Steps of the run">
          <div className="body !gap-0">
            {run.error ? <p className="field-error mb-3">{run.error}</p> : null}
            <ol>
              {steps.map((step) => (
                <Step
                  key={step.id}
                  step={step}
                  mode={modeOf(flow.nodes.find((node) => node.key === step.nodeKey) ?? { settings: {} })}
                  currency={run.currency}
                  open={chosen === step.nodeKey}
                  onToggle={() => setSelected(chosen === step.nodeKey ? new Set() : new Set([step.nodeKey]))}
                />
              ))}
            </ol>
            <section className="mt-5">
              <h2 className="label mb-1.5">The run knows</h2>
              <dl className="facts">
                {Object.entries(run.variables).map(([name, value]) => (
                  <Known key={name} name={name} value={value} />
                ))}
              </dl>
            </section>
          </div>
        </aside>
      </div>
    </div>
  );
}

const noProblems: never[] = [];

function Known(props: { name: string; value: unknown }) {
  const shown = typeof props.value === "string" ? props.value : JSON.stringify(props.value);
  return (
    <>
      <dt className="code clip">{props.name}</dt>
      <dd title={shown}>{shown}</dd>
    </>
  );
}

function Step(props: {
  step: RunStepView;
  mode: string | null;
  currency: string;
  open: boolean;
  onToggle: () => void;
}) {
  const { step } = props;
  const time = useTimeFormat();
  return (
    <li className="border-line border-b">
      <button
        type="button"
        className="row min-h-11 w-full py-1.5 text-start"
        aria-expanded={props.open}
        onClick={props.onToggle}
      >
        <NodeTile type={step.nodeType} mode={props.mode} />
        <span className="col">
          <span className="clip font-strong">
            {step.nodeName}
            {step.visit > 1 ? <span className="text-ink-3"> visit {step.visit}</span> : null}
          </span>
          <span className="text-small text-ink-3 clip num">
            {time.clock(step.startedAt)}
            {step.durationMs === null ? "" : ` · ${duration(step.durationMs)}`}
            {step.port && step.port !== "next" ? ` · ${step.port}` : ""}
          </span>
        </span>
        <span className="end num text-small">
          {step.price && !/^0*\.?0*$/.test(step.price) ? (
            <Amount value={step.price} currency={props.currency} />
          ) : null}
        </span>
        {step.status === "completed" ? null : <StatusChip status={step.status} />}
      </button>
      {props.open ? (
        <div className="col gap-2 pb-3">
          {step.error ? <p className="field-error">{step.error}</p> : null}
          <Json title="In" value={step.input} />
          <Json title="Out" value={step.output} />
        </div>
      ) : null}
    </li>
  );
}

function Json(props: { title: string; value: unknown }) {
  if (props.value === null || props.value === undefined) return null;
  return (
    <div>
      <p className="label">{props.title}</p>
      <pre className="code bg-sunken mt-1 max-h-48 overflow-auto rounded-md p-2 text-small whitespace-pre-wrap">
        {JSON.stringify(props.value, null, 2)}
      </pre>
    </div>
  );
}
