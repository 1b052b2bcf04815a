"use client";
import { Play, Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { duration } from "#components/ui/duration.ts";
import { ErrorNotice } from "#components/ui/error-notice.tsx";
import { TextArea } from "#components/ui/field.tsx";
import type { FieldValues, FormProblem } from "#components/ui/record-form.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Age } from "#components/ui/time.tsx";
import { type EndpointDraft, EndpointForm } from "./endpoint-form.tsx";

export interface EndpointView extends EndpointDraft {
  id: string;
  inputs: ReadonlyArray<string>;
}

interface EndpointDeeds {
  onCall: ((endpointId: string, inputs: Record<string, unknown>) => Promise<CallOutcome>) | null;
  /** Creates (id null) or changes an endpoint. */
  onSave: ((endpointId: string | null, values: FieldValues) => Promise<FormProblem | null>) | null;
  onArchive: ((endpointId: string) => Promise<FormProblem | null>) | null;
}

export interface ConnectorLogView {
  id: string;
  method: string;
  url: string;
  status: string;
  statusCode: number | null;
  durationMs: number | null;
  startedAt: string;
  error: string | null;
}

export interface CallOutcome {
  ok: boolean;
  statusCode: number | null;
  durationMs: number | null;
  output: unknown;
  message: string;
}

/** A connector's calls: each can be tried with inputs of one's own, changed, added; the last ones stand below. */
export function EndpointConsole(
  props: EndpointDeeds & {
    endpoints: ReadonlyArray<EndpointView> | null;
    error: string | null;
    onRetry: () => void;
    logs: ReadonlyArray<ConnectorLogView> | null;
  },
) {
  const [adding, setAdding] = useState(false);
  const { onSave } = props;
  return (
    <div className="border-line border-t">
      <section className="p-5">
        <div className="row mb-2">
          <h3 className="text-title">Endpoints</h3>
          {onSave ? (
            <Button size="sm" className="end" icon={<Plus size={14} />} onClick={() => setAdding(!adding)}>
              New endpoint
            </Button>
          ) : null}
        </div>
        {props.error ? (
          <ErrorNotice
            title="The endpoints did not load."
            text={props.error}
            onRetry={props.onRetry}
            className=""
          />
        ) : null}
        {props.endpoints?.length === 0 && !adding ? (
          <p className="text-ink-3">It offers no call yet. Flows call endpoints, not addresses.</p>
        ) : null}
        {adding && onSave ? (
          <div className="bg-sunken mb-3 rounded-lg">
            <EndpointForm
              endpoint={null}
              onSubmit={async (values) => {
                const problem = await onSave(null, values);
                if (problem === null) setAdding(false);
                return problem;
              }}
            />
          </div>
        ) : null}
        <ul>
          {props.endpoints?.map((endpoint) => (
            <Endpoint
              key={endpoint.id}
              endpoint={endpoint}
              onCall={props.onCall}
              onSave={onSave}
              onArchive={props.onArchive}
            />
          ))}
        </ul>
      </section>
      {props.logs && props.logs.length > 0 ? (
        <section className="border-line border-t p-5">
          <h3 className="text-title mb-2">Last calls</h3>
          <ul>
            {props.logs.map((log) => (
              <li key={log.id} className="row text-small min-h-8">
                <span className="code">{log.method}</span>
                <span className="code clip text-ink-2" title={log.url}>
                  {log.url}
                </span>
                <span className="end row num">
                  {log.durationMs === null ? null : (
                    <span className="text-ink-3">{duration(log.durationMs)}</span>
                  )}
                  <StatusChip status={log.status} />
                  <Age at={log.startedAt} className="text-ink-3" />
                </span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </div>
  );
}

function Endpoint(props: EndpointDeeds & { endpoint: EndpointView }) {
  const { endpoint } = props;
  const [open, setOpen] = useState(false);
  const [changing, setChanging] = useState(false);
  const [inputs, setInputs] = useState(() =>
    JSON.stringify(Object.fromEntries(endpoint.inputs.map((name) => [name, ""])), null, 2),
  );
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<CallOutcome | null>(null);
  const [problem, setProblem] = useState<string | undefined>();
  const call = async () => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(inputs);
    } catch {
      setProblem("The inputs are not JSON.");
      return;
    }
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
      setProblem("The inputs must be an object.");
      return;
    }
    setProblem(undefined);
    setBusy(true);
    setOutcome((await props.onCall?.(endpoint.id, parsed as Record<string, unknown>)) ?? null);
    setBusy(false);
  };
  return (
    <li className="border-line border-b py-2 last:border-0">
      <button
        type="button"
        className="row w-full text-start"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span className="chip">{endpoint.method}</span>
        <b className="clip">{endpoint.name}</b>
        <span className="code text-ink-3 clip end">{endpoint.pathTemplate}</span>
      </button>
      {open ? (
        <div className="col gap-2 pt-3">
          <p className="text-small text-ink-3">
            {endpoint.cacheSeconds > 0 ? `Kept for ${endpoint.cacheSeconds} s. ` : ""}
            {endpoint.idempotencyHeader ? `Repeats carry ${endpoint.idempotencyHeader}.` : ""}
          </p>
          {props.onCall ? (
            <>
              <TextArea
                label="Inputs"
                className="code"
                rows={4}
                value={inputs}
                error={problem}
                onChange={(event) => setInputs(event.target.value)}
              />
              <Button
                className="self-start"
                icon={<Play size={14} />}
                busy={busy}
                onClick={() => void call()}
              >
                {busy ? "Calling" : "Call it"}
              </Button>
            </>
          ) : null}
          <EndpointChange {...props} open={changing} onToggle={() => setChanging(!changing)} />
          {outcome ? (
            <div role="status">
              <p className={outcome.ok ? "text-positive" : "text-critical"}>{outcome.message}</p>
              <pre className="code bg-sunken mt-2 max-h-60 overflow-auto rounded-md p-3 whitespace-pre-wrap">
                {JSON.stringify(outcome.output, null, 2)}
              </pre>
            </div>
          ) : null}
        </div>
      ) : null}
    </li>
  );
}

/** Changes or removes an endpoint, for those who may. */
function EndpointChange(
  props: EndpointDeeds & { endpoint: EndpointView; open: boolean; onToggle: () => void },
) {
  const { endpoint, onSave, onArchive } = props;
  const [failure, setFailure] = useState<string | null>(null);
  if (!onSave) return null;
  return (
    <>
      <div className="row gap-1.5">
        <Button size="sm" aria-expanded={props.open} onClick={props.onToggle}>
          {props.open ? "Close the form" : "Change"}
        </Button>
        {onArchive ? (
          <Button
            size="sm"
            variant="danger"
            onClick={async () => setFailure((await onArchive(endpoint.id))?.message ?? null)}
          >
            Archive
          </Button>
        ) : null}
      </div>
      {failure ? (
        <p className="field-error" role="alert">
          {failure}
        </p>
      ) : null}
      {props.open ? (
        <div className="bg-sunken rounded-lg">
          <EndpointForm endpoint={endpoint} onSubmit={(values) => onSave(endpoint.id, values)} />
        </div>
      ) : null}
    </>
  );
}
