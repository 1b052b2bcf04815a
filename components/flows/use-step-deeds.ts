"use client";
import { useReactFlow } from "@xyflow/react";
import { useCallback, useState } from "react";
import type { FlowNode } from "#domain/flows/flow-definition.ts";
import {
  addStep,
  freePort,
  insertStep,
  lineBetween,
  portsOf,
  type StepChoice,
  stepGap,
} from "./edit-steps.ts";
import type { CanvasActs } from "./flow-canvas.tsx";
import { stepChoices } from "./step-choices.ts";
import type { FlowEditor } from "./use-flow-editor.ts";

interface Point {
  x: number;
  y: number;
}

type Ask =
  | { kind: "from"; key: string; port: string; screen: Point }
  | { kind: "into"; line: string; screen: Point };

/** Adding, inserting and connecting steps from the canvas, the palette and the picker. */
export function useStepDeeds(props: {
  editor: FlowEditor;
  node: FlowNode | undefined;
  select: (keys: ReadonlySet<string>) => void;
}) {
  const { editor, node, select } = props;
  const { flow, apply } = editor;
  const view = useReactFlow();
  const [ask, setAsk] = useState<Ask | null>(null);

  const place = (choice: StepChoice, at: Point, from?: { key: string; port: string }) => {
    const source = from ? flow.nodes.find((one) => one.key === from.key) : undefined;
    const port = source && from ? portsOf(source).find((one) => one.key === from.port) : undefined;
    const added = addStep(flow, choice, at, source && port ? { key: source.key, port } : undefined);
    apply(added.operations);
    select(new Set([added.key]));
  };
  const addAfter = (choice: StepChoice) => {
    const anchor = node ?? flow.nodes.at(-1);
    const port = anchor ? freePort(flow, anchor) : undefined;
    const at = anchor ? { x: anchor.x, y: anchor.y + stepGap + 24 } : { x: 0, y: 0 };
    place(choice, at, anchor && port ? { key: anchor.key, port: port.key } : undefined);
  };
  const insertAt = useCallback((line: string, screen: Point) => setAsk({ kind: "into", line, screen }), []);
  const pick = (choice: StepChoice) => {
    if (ask?.kind === "from") {
      const at = view.screenToFlowPosition({ x: ask.screen.x - 106, y: ask.screen.y });
      place(choice, at, { key: ask.key, port: ask.port });
    } else if (ask) {
      const line = flow.connections.find((one) => one.key === ask.line);
      const added = line ? insertStep(flow, choice, line) : null;
      if (added) apply(added.operations);
      if (added?.key) select(new Set([added.key]));
    }
    setAsk(null);
  };
  const connect = (sourceKey: string, portKey: string, targetKey: string) => {
    const source = flow.nodes.find((one) => one.key === sourceKey);
    const port = source ? portsOf(source).find((one) => one.key === portKey) : undefined;
    if (port && sourceKey !== targetKey)
      apply([{ type: "connect", connection: lineBetween(sourceKey, port, targetKey) }]);
  };
  const acts: CanvasActs = {
    move: (places) => apply(places.map((one) => ({ type: "move_node", ...one }))),
    connect,
    disconnect: (lines) => apply(lines.map((key) => ({ type: "disconnect", key }))),
    dropStep: (id, at) => {
      const choice = stepChoices.find((one) => one.id === id);
      if (choice) place(choice, at);
    },
    askStep: (from, screen) => setAsk({ kind: "from", ...from, screen }),
    insertAt,
  };
  return { ask, closeAsk: () => setAsk(null), pick, addAfter, acts };
}
