import type { CSSProperties } from "react";
import { duration } from "#components/ui/duration.ts";
import { nodeMark } from "#components/ui/node-mark.tsx";
import type { TraceStop } from "./trace-view.ts";

/** The colour at a place of the aurora: green, through blue, to violet. */
function auroraAt(part: number): string {
  if (part <= 0.5) return `color-mix(in srgb, var(--aurora-2) ${Math.round(part * 200)}%, var(--aurora-1))`;
  return `color-mix(in srgb, var(--aurora-3) ${Math.round((part - 0.5) * 200)}%, var(--aurora-2))`;
}

/** The lit path of a run: stations passed glow in the aurora's colours, the present one breathes once. */
export function TracePath(props: { label: string; stops: ReadonlyArray<TraceStop> }) {
  const lit = props.stops.filter((stop) => stop.state !== "ahead").length;
  return (
    <ol className="stops" aria-label={props.label} {...scrollable}>
      {props.stops.map((stop, index) => {
        const mark = nodeMark(stop.type, stop.mode);
        const on = stop.state !== "ahead";
        const style = {
          "--c": auroraAt(lit > 1 ? index / (lit - 1) : 0),
          "--from": auroraAt(lit > 1 ? (index - 1) / (lit - 1) : 0),
        } as CSSProperties;
        return (
          <li
            key={stop.key}
            className={`stop ${on ? "lit" : ""} ${stop.state === "now" ? "now" : ""} ${stop.state === "failed" ? "broken" : ""}`}
            style={style}
          >
            <span className="o">
              <mark.icon size={16} strokeWidth={1.6} aria-hidden="true" />
            </span>
            <b className="clip">{stop.name}</b>
            <span className="t num">
              {stop.state === "now"
                ? "now"
                : (stop.answer ?? (stop.durationMs === null ? "" : brief(stop.durationMs)))}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** A scrolling region must be reachable by keyboard. */
const scrollable = { tabIndex: 0 };

function brief(ms: number): string {
  return ms < 100 ? duration(ms) : ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
}
