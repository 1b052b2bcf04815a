"use client";
import "@xyflow/react/dist/base.css";
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  type Connection,
  ConnectionLineType,
  type FinalConnectionState,
  type NodeChange,
  ReactFlow,
  type ReactFlowInstance,
  SelectionMode,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import { type DragEvent, useEffect, useMemo, useState } from "react";
import type { FlowSnapshot } from "#domain/flows/flow-definition.ts";
import type { FlowProblem } from "#domain/flows/validate-flow.ts";
import { FlowEdge, type FlowEdgeType } from "./flow-edge.tsx";
import { graphEdges, graphNodes, type RunMarks } from "./flow-graph.ts";
import type { FlowTraffic } from "./flow-options.ts";
import { dragType } from "./palette.tsx";
import { StepNode, type StepNodeType } from "./step-node.tsx";

/** Opens a flow at its beginning, as large as its width allows; a long one is read downwards. */
function openAtTop(
  view: Pick<ReactFlowInstance<StepNodeType, FlowEdgeType>, "getNodes" | "getNodesBounds" | "setViewport">,
) {
  const area = view.getNodesBounds(view.getNodes());
  const box = document.querySelector(".canvas")?.getBoundingClientRect();
  if (!box || area.width === 0) return;
  const whole = Math.min((box.width - 80) / area.width, (box.height - 130) / area.height);
  const wide = Math.min(1, (box.width - 80) / area.width);
  const zoom = Math.max(0.1, Math.min(1, Math.max(whole, Math.min(wide, 0.86))));
  const x = box.width / 2 - (area.x + area.width / 2) * zoom;
  void view.setViewport({ x, y: 76 - area.y * zoom, zoom });
}

const nodeTypes = { step: StepNode };
const edgeTypes = { flow: FlowEdge };

export interface CanvasActs {
  move: (places: ReadonlyArray<{ key: string; x: number; y: number }>) => void;
  connect: (sourceKey: string, port: string, targetKey: string) => void;
  disconnect: (lineKeys: ReadonlyArray<string>) => void;
  dropStep: (choiceId: string, at: { x: number; y: number }) => void;
  /** A line was dropped on empty canvas. */
  askStep: (from: { key: string; port: string }, screen: { x: number; y: number }) => void;
  insertAt: (lineKey: string, screen: { x: number; y: number }) => void;
}

/** The canvas: conversations flow downwards. `acts` null: to look at, not to edit. */
export function FlowCanvas(props: {
  flow: FlowSnapshot;
  problems: ReadonlyArray<FlowProblem>;
  traffic: FlowTraffic | null;
  run: RunMarks | null;
  summaries: Record<string, string>;
  selected: ReadonlySet<string>;
  onSelect: (keys: ReadonlySet<string>) => void;
  acts: CanvasActs | null;
}) {
  const { flow, problems, traffic, run, summaries, selected, acts } = props;
  const view = useReactFlow();
  const wanted = useMemo(
    () => graphNodes({ flow, problems, traffic, run, summaries }, selected),
    [flow, problems, traffic, run, summaries, selected],
  );
  const [nodes, setNodes] = useState<StepNodeType[]>(wanted);
  useEffect(() => {
    setNodes((old) => {
      const measured = new Map(old.map((node) => [node.id, node.measured]));
      return wanted.map((node) => {
        const size = measured.get(node.id);
        return size ? { ...node, measured: size } : node;
      });
    });
  }, [wanted]);
  const insertAt = acts?.insertAt ?? null;
  const edges = useMemo(
    () => graphEdges({ flow, problems, traffic, run, summaries }, insertAt),
    [flow, problems, traffic, run, summaries, insertAt],
  );
  const [chosenLine, setChosenLine] = useState<string | null>(null);

  const onNodesChange = (changes: NodeChange<StepNodeType>[]) => {
    setNodes((old) => applyNodeChanges(changes, old));
    const picks = changes.filter((change) => change.type === "select");
    if (picks.length === 0) return;
    const next = new Set(selected);
    for (const pick of picks) {
      if (pick.selected) next.add(pick.id);
      else next.delete(pick.id);
    }
    props.onSelect(next);
  };
  const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
    if (!acts || state.isValid || !state.fromNode || state.fromHandle?.type !== "source") return;
    const point = "changedTouches" in event ? event.changedTouches[0] : event;
    if (point)
      acts.askStep(
        { key: state.fromNode.id, port: state.fromHandle.id ?? "next" },
        { x: point.clientX, y: point.clientY },
      );
  };
  const onDrop = (event: DragEvent) => {
    const id = event.dataTransfer.getData(dragType);
    if (!id || !acts) return;
    event.preventDefault();
    acts.dropStep(id, view.screenToFlowPosition({ x: event.clientX - 106, y: event.clientY - 27 }));
  };
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges.map((edge) => ({ ...edge, selected: edge.id === chosenLine }))}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodesChange={onNodesChange}
      onNodeDragStop={(_event, _node, dragged) =>
        acts?.move(
          dragged.map((node) => ({
            key: node.id,
            x: Math.round(node.position.x),
            y: Math.round(node.position.y),
          })),
        )
      }
      onConnect={(line: Connection) => acts?.connect(line.source, line.sourceHandle ?? "next", line.target)}
      onConnectEnd={onConnectEnd}
      onEdgeClick={(_event, edge) => setChosenLine(edge.id)}
      onPaneClick={() => setChosenLine(null)}
      onEdgesDelete={(gone) => acts?.disconnect(gone.map((edge) => edge.id))}
      onDrop={onDrop}
      onDragOver={(event) => {
        if (acts) event.preventDefault();
      }}
      nodesDraggable={acts !== null}
      nodesConnectable={acts !== null}
      edgesFocusable
      disableKeyboardA11y
      deleteKeyCode={null}
      selectionMode={SelectionMode.Partial}
      multiSelectionKeyCode="Shift"
      selectionKeyCode="Shift"
      panOnScroll
      zoomOnDoubleClick={false}
      minZoom={0.1}
      maxZoom={2}
      snapToGrid={false}
      connectionLineType={ConnectionLineType.Bezier}
      connectionRadius={30}
      autoPanOnConnect
      onInit={openAtTop}
      attributionPosition="bottom-left"
      onlyRenderVisibleElements={nodes.length > 120}
      aria-label="Canvas"
    >
      <Dots />
    </ReactFlow>
  );
}

/** The dotted ground; from far away the dots would be dust, so it is plain there. */
function Dots() {
  const far = useStore((state) => state.transform[2] < 0.4);
  return far ? null : <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} />;
}
