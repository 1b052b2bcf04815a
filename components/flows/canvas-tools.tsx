"use client";
import { useReactFlow, useStore } from "@xyflow/react";
import { ChartNoAxesColumn, LayoutGrid, Maximize, Minus, Plus } from "lucide-react";
import { useShortcut } from "#components/shell/use-shortcut.ts";
import { IconButton } from "#components/ui/icon-button.tsx";

/** Traffic, tidy up, fit, zoom: bottom right. */
export function CanvasTools(props: {
  traffic: boolean;
  onTraffic: (() => void) | null;
  onTidy: (() => void) | null;
}) {
  const view = useReactFlow();
  const zoom = useStore((state) => state.transform[2]);
  const calm = { duration: 220 };
  useShortcut("1", "Fit the flow", () => void view.fitView({ maxZoom: 1, ...calm }), "Canvas");
  useShortcut("0", "Zoom to 100%", () => void view.zoomTo(1, calm), "Canvas");
  useShortcut("+", "Zoom in", () => void view.zoomIn(calm), "Canvas");
  useShortcut("-", "Zoom out", () => void view.zoomOut(calm), "Canvas");
  return (
    <div className="canvas-tools" role="toolbar" aria-label="Canvas tools">
      {props.onTraffic ? (
        <>
          <button
            type="button"
            className="btn quiet sm"
            aria-pressed={props.traffic}
            onClick={props.onTraffic}
          >
            <ChartNoAxesColumn size={14} aria-hidden="true" />
            Traffic
          </button>
          <hr />
        </>
      ) : null}
      {props.onTidy ? (
        <IconButton label="Tidy up" keys="Y" icon={<LayoutGrid size={14} />} onClick={props.onTidy} />
      ) : null}
      <IconButton
        label="Fit"
        keys="1"
        icon={<Maximize size={14} />}
        onClick={() => void view.fitView({ maxZoom: 1, ...calm })}
      />
      <hr />
      <IconButton
        label="Zoom out"
        keys="-"
        icon={<Minus size={14} />}
        onClick={() => void view.zoomOut(calm)}
      />
      <span className="num w-10 text-center">{Math.round(zoom * 100)}%</span>
      <IconButton label="Zoom in" keys="+" icon={<Plus size={14} />} onClick={() => void view.zoomIn(calm)} />
    </div>
  );
}
