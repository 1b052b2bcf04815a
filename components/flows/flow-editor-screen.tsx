"use client";
import "./flow.css";
import "./panel.css";
import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { ChevronRight, Play, Redo2, Undo2 } from "lucide-react";
import Link from "next/link";
import { useCallback, useMemo, useRef, useState } from "react";
import { useShortcut } from "#components/shell/use-shortcut.ts";
import { Button } from "#components/ui/button.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { LinkTabs } from "#components/ui/link-tabs.tsx";
import type { FlowSnapshot } from "#domain/flows/flow-definition.ts";
import { diffFlows, type FlowChange } from "#domain/flows/operations/diff-flows.ts";
import type { FlowOperation } from "#domain/flows/operations/operation.ts";
import { validateFlow } from "#domain/flows/validate-flow.ts";
import { CanvasTools } from "./canvas-tools.tsx";
import {
  addStep,
  freePort,
  insertStep,
  lineBetween,
  portsOf,
  type StepChoice,
  stepGap,
} from "./edit-steps.ts";
import { FlowCanvas } from "./flow-canvas.tsx";
import type { FlowHead, FlowOptions, FlowTraffic } from "./flow-options.ts";
import { Palette } from "./palette.tsx";
import { PublishChecks } from "./publish-checks.tsx";
import { PublishDialog } from "./publish-dialog.tsx";
import { stepChoices } from "./step-choices.ts";
import { StepPanel } from "./step-panel.tsx";
import { StepPicker } from "./step-picker.tsx";
import { tidySteps } from "./tidy-steps.ts";
import { useCanvasKeys } from "./use-canvas-keys.ts";
import { type SaveOutcome, useFlowEditor } from "./use-flow-editor.ts";
import { useSummaries } from "./use-summaries.ts";
import { VersionBar } from "./version-bar.tsx";

export interface FlowEditorProps {
  base: string;
  head: FlowHead;
  initial: FlowSnapshot;
  /** The version that is live, for the list of changes. */
  published: FlowSnapshot | null;
  options: FlowOptions;
  traffic: FlowTraffic | null;
  save: (operations: FlowOperation[], revision: number) => Promise<SaveOutcome>;
  publish: (note: string) => Promise<string | null>;
  onTest: (() => void) | null;
}

/** The flow builder: palette, canvas, settings. */
export function FlowEditorScreen(props: FlowEditorProps) {
  return (
    <ReactFlowProvider>
      <Builder {...props} />
    </ReactFlowProvider>
  );
}

type Ask =
  | { kind: "from"; key: string; port: string; screen: { x: number; y: number } }
  | { kind: "into"; line: string; screen: { x: number; y: number } };

function Builder(props: FlowEditorProps) {
  const { head, options } = props;
  const view = useReactFlow();
  const editor = useFlowEditor({ initial: props.initial, revision: head.draftRevision, save: props.save });
  const { flow, apply } = editor;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [ask, setAsk] = useState<Ask | null>(null);
  const [traffic, setTraffic] = useState(true);
  const [publishing, setPublishing] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const problems = useMemo(() => validateFlow(flow), [flow]);
  const changes = useMemo<FlowChange[]>(
    () => (props.published ? diffFlows(props.published, flow) : []),
    [props.published, flow],
  );
  const summaries = useSummaries(flow, options);
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const node = selected.size === 1 ? flow.nodes.find((one) => selected.has(one.key)) : undefined;
  const focusStep = (key: string) => {
    const place = flow.nodes.find((one) => one.key === key);
    if (place)
      void view.setCenter(place.x + 106, place.y + 27, {
        zoom: Math.max(0.8, view.getZoom()),
        duration: 220,
      });
  };
  const show = (key: string) => {
    setSelected(new Set([key]));
    focusStep(key);
  };
  const keys = useCanvasKeys({ editor, selected, select: setSelected, focusStep, enabled: head.canEdit });
  const tidy = () => apply(tidySteps(flow, [...selected]));
  useShortcut("/", "Add a step", () => search.current?.focus(), "Canvas", head.canEdit);
  useShortcut("Y", "Tidy up", tidy, "Canvas", head.canEdit);

  const place = (choice: StepChoice, at: { x: number; y: number }, from?: { key: string; port: string }) => {
    const source = from ? flow.nodes.find((one) => one.key === from.key) : undefined;
    const port = source && from ? portsOf(source).find((one) => one.key === from.port) : undefined;
    const added = addStep(flow, choice, at, source && port ? { key: source.key, port } : undefined);
    apply(added.operations);
    setSelected(new Set([added.key]));
  };
  const addAfter = (choice: StepChoice) => {
    const anchor = node ?? flow.nodes.at(-1);
    const port = anchor ? freePort(flow, anchor) : undefined;
    const at = anchor ? { x: anchor.x, y: anchor.y + stepGap + 24 } : { x: 0, y: 0 };
    place(choice, at, anchor && port ? { key: anchor.key, port: port.key } : undefined);
  };
  const insertAt = useCallback(
    (line: string, screen: { x: number; y: number }) => setAsk({ kind: "into", line, screen }),
    [],
  );
  const pick = (choice: StepChoice) => {
    if (ask?.kind === "from") {
      const at = view.screenToFlowPosition({ x: ask.screen.x - 106, y: ask.screen.y });
      place(choice, at, { key: ask.key, port: ask.port });
    } else if (ask) {
      const line = flow.connections.find((one) => one.key === ask.line);
      const added = line ? insertStep(flow, choice, line) : null;
      if (added) apply(added.operations);
      if (added?.key) setSelected(new Set([added.key]));
    }
    setAsk(null);
  };
  const connect = (sourceKey: string, portKey: string, targetKey: string) => {
    const source = flow.nodes.find((one) => one.key === sourceKey);
    const port = source ? portsOf(source).find((one) => one.key === portKey) : undefined;
    if (port && sourceKey !== targetKey)
      apply([{ type: "connect", connection: lineBetween(sourceKey, port, targetKey) }]);
  };
  return (
    <div className="sheet">
      <div className="flow" data-bare={head.canEdit ? undefined : ""}>
        <EditorBar
          base={props.base}
          head={head}
          editor={editor}
          errors={errors}
          onTest={props.onTest}
          onPublish={() => setPublishing(true)}
        />
        {head.canEdit ? <Palette onAdd={addAfter} search={search} /> : null}
        <section className="canvas" aria-label="Canvas">
          <FlowCanvas
            flow={flow}
            problems={problems}
            traffic={traffic ? props.traffic : null}
            run={null}
            summaries={summaries}
            selected={selected}
            onSelect={setSelected}
            acts={
              head.canEdit
                ? {
                    move: (places) => apply(places.map((one) => ({ type: "move_node", ...one }))),
                    connect,
                    disconnect: (lines) => apply(lines.map((key) => ({ type: "disconnect", key }))),
                    dropStep: (id, at) => {
                      const choice = stepChoices.find((one) => one.id === id);
                      if (choice) place(choice, at);
                    },
                    askStep: (from, screen) => setAsk({ kind: "from", ...from, screen }),
                    insertAt,
                  }
                : null
            }
          />
          <VersionBar
            head={head}
            changes={changes.length}
            save={editor.saveState}
            onChanges={() => setPublishing(true)}
          />
          <CanvasTools
            traffic={traffic}
            onTraffic={props.traffic ? () => setTraffic(!traffic) : null}
            onTidy={head.canEdit ? tidy : null}
          />
          {ask ? <StepPicker at={ask.screen} onPick={pick} onClose={() => setAsk(null)} /> : null}
        </section>
        <aside className="panel" aria-label="Step settings">
          {node ? (
            <StepPanel
              flow={flow}
              node={node}
              options={options}
              readOnly={!head.canEdit}
              apply={apply}
              onDuplicate={keys.duplicate}
              onDelete={keys.remove}
              onClose={() => setSelected(new Set())}
            />
          ) : (
            <div className="body">
              <p className="text-ink-3">
                {selected.size > 1
                  ? `${selected.size} steps chosen. Move, copy or remove them together.`
                  : "Choose a step to see its settings."}
              </p>
            </div>
          )}
          <PublishChecks problems={problems} onShow={show} />
        </aside>
      </div>
      <Publish
        {...props}
        open={publishing}
        onClose={() => setPublishing(false)}
        changes={props.published ? changes : null}
        errors={errors}
        flush={editor.flush}
      />
    </div>
  );
}

function EditorBar(props: {
  base: string;
  head: FlowHead;
  editor: ReturnType<typeof useFlowEditor>;
  errors: number;
  onTest: (() => void) | null;
  onPublish: () => void;
}) {
  const { head, editor, errors } = props;
  const here = `${props.base}/${head.id}`;
  return (
    <header className="bar">
      <div className="crumb">
        <Link href={props.base} className="only-desk">
          Flows
        </Link>
        <ChevronRight size={12} aria-hidden="true" className="only-desk" />
        <h1 className="clip">{head.name}</h1>
      </div>
      <span className="only-desk ms-6 flex self-stretch">
        <LinkTabs
          label="Flow"
          tabs={[
            { href: here, label: "Build", exact: true },
            { href: `${here}/runs`, label: "Runs" },
          ]}
        />
      </span>
      <span className="end row gap-1.5">
        {head.canEdit ? (
          <>
            <IconButton
              label="Undo"
              keys="⌘Z"
              icon={<Undo2 size={16} />}
              disabled={!editor.canUndo}
              onClick={editor.undo}
            />
            <IconButton
              label="Redo"
              keys="⇧⌘Z"
              icon={<Redo2 size={16} />}
              disabled={!editor.canRedo}
              onClick={editor.redo}
            />
          </>
        ) : null}
        {props.onTest ? (
          <Button icon={<Play size={14} />} onClick={props.onTest}>
            Test
          </Button>
        ) : null}
        <Button
          variant="primary"
          disabledReason={head.canPublish ? undefined : "Publishing needs the right to publish flows."}
          onClick={props.onPublish}
        >
          Publish v{(head.publishedVersion ?? 0) + 1}
          {errors > 0 ? <span className="chip critical">{errors} to fix</span> : null}
        </Button>
      </span>
    </header>
  );
}

function Publish(
  props: FlowEditorProps & {
    open: boolean;
    onClose: () => void;
    changes: FlowChange[] | null;
    errors: number;
    flush: () => Promise<void>;
  },
) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  return (
    <PublishDialog
      open={props.open}
      onClose={props.onClose}
      version={(props.head.publishedVersion ?? 0) + 1}
      changes={props.changes}
      errors={props.errors}
      busy={busy}
      failure={failure}
      onPublish={async (note) => {
        setBusy(true);
        await props.flush();
        const problem = await props.publish(note);
        setBusy(false);
        setFailure(problem);
        if (problem === null) props.onClose();
      }}
    />
  );
}
