"use client";
import {
  BaseEdge,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  getBezierPath,
  useStore,
} from "@xyflow/react";
import { Plus } from "lucide-react";
import { memo } from "react";

export interface FlowEdgeData extends Record<string, unknown> {
  count: number | null;
  /** The largest count of the flow, for the width. */
  most: number;
  lit: boolean;
  onInsert: ((edgeId: string, at: { x: number; y: number }) => void) | null;
}

export type FlowEdgeType = Edge<FlowEdgeData, "flow">;

/** A line between steps: its width is its traffic; the plus in its middle puts a step into it. */
export const FlowEdge = memo(function FlowEdge(props: EdgeProps<FlowEdgeType>) {
  const { id, data, selected } = props;
  // From far away a line is a line: no count, no plus.
  const far = useStore((state) => state.transform[2] < 0.4);
  const [path, x, y] = getBezierPath({ ...props, curvature: 0.35 });
  const share = data && data.most > 0 && data.count ? data.count / data.most : 0;
  const width = data?.count == null ? 1.5 : 1.5 + 3.5 * share;
  const onInsert = data?.onInsert ?? null;
  const steep = Math.abs(props.sourceX - props.targetX) < 20;
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        interactionWidth={18}
        className={`flow-line ${selected ? "sel" : ""} ${data?.lit ? "lit" : ""}`}
        style={{ strokeWidth: data?.lit ? Math.max(width, 3) : width }}
      />
      <EdgeLabelRenderer>
        {far || data?.count == null ? null : (
          <span
            className="flow-count num"
            style={{
              transform: `translate(${steep ? "8px, -50%" : "-50%, -110%"}) translate(${x}px, ${y}px)`,
            }}
          >
            {data.count.toLocaleString("en-US")}
          </span>
        )}
        {onInsert && !far ? (
          <button
            type="button"
            className="flow-plus nodrag nopan"
            aria-label="Put a step here"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            onClick={(event) => onInsert(id, { x: event.clientX, y: event.clientY })}
          >
            <Plus size={12} aria-hidden="true" />
          </button>
        ) : null}
      </EdgeLabelRenderer>
    </>
  );
});
