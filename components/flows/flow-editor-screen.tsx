"use client";
import "./flow.css";
import "./panel.css";
import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useMemo, useRef, useState } from "react";
import { useShortcut } from "#components/shell/use-shortcut.ts";
import type { FlowSnapshot } from "#domain/flows/flow-definition.ts";
import { diffFlows, type FlowChange } from "#domain/flows/operations/diff-flows.ts";
import type { FlowOperation } from "#domain/flows/operations/operation.ts";
import { validateFlow } from "#domain/flows/validate-flow.ts";
import { CanvasTools } from "./canvas-tools.tsx";
import { EditorBar } from "./editor-bar.tsx";
import { FlowCanvas } from "./flow-canvas.tsx";
import type { FlowHead, FlowOptions, FlowTraffic } from "./flow-options.ts";
import { FlowTest } from "./flow-test.tsx";
import { Palette } from "./palette.tsx";
import { PublishChecks } from "./publish-checks.tsx";
import { PublishFlow } from "./publish-flow.tsx";
import { StepPanel } from "./step-panel.tsx";
import { StepPicker } from "./step-picker.tsx";
import { tidySteps } from "./tidy-steps.ts";
import { useCanvasKeys } from "./use-canvas-keys.ts";
import { type SaveOutcome, useFlowEditor } from "./use-flow-editor.ts";
import { useStepDeeds } from "./use-step-deeds.ts";
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
  mayTest: boolean;
}

/** The flow builder: palette, canvas, settings. */
export function FlowEditorScreen(props: FlowEditorProps) {
  return (
    <ReactFlowProvider>
      <Builder {...props} />
    </ReactFlowProvider>
  );
}

function Builder(props: FlowEditorProps) {
  const { head, options } = props;
  const view = useReactFlow();
  const editor = useFlowEditor({ initial: props.initial, revision: head.draftRevision, save: props.save });
  const { flow, apply } = editor;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [traffic, setTraffic] = useState(true);
  const [publishing, setPublishing] = useState(false);
  const [testing, setTesting] = useState(false);
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

  const steps = useStepDeeds({ editor, node, select: setSelected });
  return (
    <div className="sheet">
      <div className="flow" data-bare={head.canEdit ? undefined : ""}>
        <EditorBar
          base={props.base}
          head={head}
          editor={editor}
          errors={errors}
          onTest={props.mayTest ? () => setTesting(true) : null}
          onPublish={() => setPublishing(true)}
        />
        {head.canEdit ? <Palette onAdd={steps.addAfter} search={search} /> : null}
        <section className="canvas" aria-label="Canvas">
          <FlowCanvas
            flow={flow}
            problems={problems}
            traffic={traffic ? props.traffic : null}
            run={null}
            summaries={summaries}
            selected={selected}
            onSelect={setSelected}
            acts={head.canEdit ? steps.acts : null}
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
          {steps.ask ? (
            <StepPicker at={steps.ask.screen} onPick={steps.pick} onClose={steps.closeAsk} />
          ) : null}
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
      <PublishFlow
        version={head.nextVersion}
        publish={props.publish}
        open={publishing}
        onClose={() => setPublishing(false)}
        changes={props.published ? changes : null}
        errors={errors}
        flush={editor.flush}
      />
      <FlowTest flowId={head.id} open={testing} onClose={() => setTesting(false)} flush={editor.flush} />
    </div>
  );
}
