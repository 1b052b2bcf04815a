"use client";
import { Handle, type Node, type NodeProps, Position, useStore, useUpdateNodeInternals } from "@xyflow/react";
import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { memo, useEffect } from "react";
import { Glyph } from "#components/ui/glyph.tsx";
import { NodeTile } from "#components/ui/node-mark.tsx";
import type { Port } from "#domain/flows/nodes/node-kind.ts";

export interface StepNodeData extends Record<string, unknown> {
  name: string;
  type: string;
  mode: string | null;
  summary: string;
  ports: Port[];
  /** Keys of ports that have a line. */
  wired: string[];
  problem: { severity: "error" | "warning"; message: string } | null;
  /** How many runs wait here now. */
  waiting: number;
  /** In a run: what happened here. */
  run: "done" | "now" | "failed" | "skipped" | null;
}

export type StepNodeType = Node<StepNodeData, "step">;

/** Below this zoom a step shows tile and name only. */
const farZoom = 0.4;

/** A step on the canvas: tile, name, what it does, its ways on. */
export const StepNode = memo(function StepNode(props: NodeProps<StepNodeType>) {
  const { data, selected } = props;
  const far = useStore((state) => state.transform[2] < farZoom);
  // Ways that may stay open wait at the side until a line is drawn from them.
  const aside = data.ports.filter(
    (port) => port.key === "error" || (!port.required && !data.wired.includes(port.key)),
  );
  const ways = data.ports.filter((port) => !aside.includes(port));
  const refresh = useUpdateNodeInternals();
  const handles = ways.map((port) => port.key).join();
  useEffect(() => {
    if (handles !== "") refresh(props.id);
  }, [handles, refresh, props.id]);
  const shown = ways.length > 1 && !far;
  const shape = data.type === "start" ? "start" : data.type === "end" ? "fin" : "";
  const state = [
    shape,
    selected ? "sel" : "",
    data.problem?.severity === "error" ? "warn" : "",
    data.run ? `run-${data.run}` : "",
    far ? "far" : "",
  ].join(" ");
  return (
    <div className={`step-card ${state}`} data-step={props.id}>
      {data.type === "start" ? null : (
        <>
          <Handle type="target" position={Position.Top} className="port goal" />
          <Handle
            type="target"
            id="side"
            position={Position.Left}
            className="port goal"
            isConnectableStart={false}
          />
        </>
      )}
      <div className="in">
        {data.type === "end" ? (
          <CircleCheck size={14} strokeWidth={1.6} aria-hidden="true" />
        ) : (
          <NodeTile type={data.type} mode={data.mode} size="m" />
        )}
        <div className="col">
          <b className="clip">{data.name}</b>
          {data.type === "end" || data.type === "start" || far ? null : (
            <span className="clip">{data.summary}</span>
          )}
        </div>
        {data.problem && !far ? (
          <span
            className={`end ${data.problem.severity === "error" ? "text-critical" : "text-caution"}`}
            title={data.problem.message}
          >
            {data.problem.severity === "error" ? (
              <CircleAlert size={14} aria-hidden="true" />
            ) : (
              <TriangleAlert size={14} aria-hidden="true" />
            )}
            <span className="sr-only">{data.problem.message}</span>
          </span>
        ) : null}
      </div>
      {shown ? (
        <div className="outs">
          {ways.map((port) => (
            <span
              key={port.key}
              title={port.label}
              className={`clip ${port.required && !data.wired.includes(port.key) ? "bad" : ""}`}
            >
              {port.label}
            </span>
          ))}
        </div>
      ) : null}
      {ways.map((port, index) => (
        <Handle
          key={port.key}
          id={port.key}
          type="source"
          position={Position.Bottom}
          className={`port out ${port.required && !data.wired.includes(port.key) ? "bad" : ""}`}
          style={{ left: `${((index + 0.5) / ways.length) * 100}%` }}
        />
      ))}
      {aside.map((port, index) => (
        <Handle
          key={port.key}
          id={port.key}
          type="source"
          position={Position.Right}
          className={`port out side ${data.wired.includes(port.key) ? "wired" : ""}`}
          style={{ top: aside.length === 1 ? "50%" : `${((index + 1) / (aside.length + 1)) * 100}%` }}
          title={port.key === "error" ? "If it fails" : port.label}
        />
      ))}
      {data.waiting > 0 && !far ? (
        <span className="there">
          <Glyph size={14} />
          <span className="num">
            <b>{data.waiting.toLocaleString("en-US")}</b> waiting here
          </span>
        </span>
      ) : null}
    </div>
  );
});
