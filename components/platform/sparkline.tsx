const WIDTH = 66;
const HEIGHT = 20;

/** A small line of amounts over time with its zero line; the amounts themselves are told in words. */
export function Sparkline(props: { values: ReadonlyArray<string>; label: string; loss: boolean }) {
  // For pixels only.
  const values = props.values.map(Number);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const y = (value: number) =>
    high === low ? HEIGHT / 2 : 1 + ((high - value) / (high - low)) * (HEIGHT - 2);
  const x = (index: number) => (index / Math.max(1, values.length - 1)) * WIDTH;
  return (
    <svg
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={props.label}
      className="inline-block align-middle"
    >
      <line x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} stroke="var(--line)" />
      <polyline
        fill="none"
        stroke={props.loss ? "var(--critical)" : "var(--chart-1)"}
        strokeWidth={1.5}
        strokeLinejoin="round"
        points={values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}
      />
    </svg>
  );
}
