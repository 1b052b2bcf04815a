export type MeterTone = "machine" | "accent" | "caution" | "critical" | "ink";
const fills: Record<MeterTone, string> = {
  machine: "var(--machine)",
  accent: "var(--chart-1)",
  caution: "var(--caution)",
  critical: "var(--critical)",
  ink: "var(--ink)",
};

/** A share from 0 to 100 as a bar; `notch` marks the limit. */
export function Meter(props: {
  percent: number;
  label: string;
  notch?: number | undefined;
  tone?: MeterTone;
  thick?: boolean;
  className?: string;
}) {
  const width = Math.max(0, Math.min(100, props.percent));
  return (
    <span className={`meter ${props.thick ? "thick" : ""} ${props.className ?? ""}`}>
      <span className="sr-only">
        {props.label} {Math.round(width)}%
      </span>
      <i style={{ width: `${width}%`, background: fills[props.tone ?? "machine"] }} />
      {props.notch === undefined ? null : <b style={{ insetInlineStart: `${props.notch}%` }} />}
    </span>
  );
}
