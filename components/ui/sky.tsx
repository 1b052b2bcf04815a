import { useId } from "react";

function noise(seed: number): number {
  const x = Math.sin(seed * 127.1 + 311.7) * 43758.5453;
  return x - Math.floor(x);
}
const round = (value: number) => Math.round(value * 10) / 10;

interface Ribbon {
  base: number;
  fall: number;
  height: number;
  strength: number;
  step: number;
}

function rays(ribbon: Ribbon, width: number, seed: number) {
  const out: Array<{ x: number; y: number; w: number; h: number; o: number }> = [];
  for (let x = -24; x < width + 24; x += ribbon.step) {
    const wave = Math.sin(x / 61 + seed) * 9 + Math.sin(x / 23 + seed * 2) * 4;
    const foot = ribbon.base - (x / width) * ribbon.fall + wave;
    const h = ribbon.height * (0.72 + 0.5 * noise(x + seed) + 0.25 * Math.sin(x / 90 + seed));
    const o = ribbon.strength * (0.62 + 0.45 * noise(x * 3 + seed) + 0.25 * Math.sin(x / 70 + seed + 2));
    const w = ribbon.step * (1.5 + noise(x + 9));
    out.push({
      x: round(x),
      y: round(foot - h),
      w: round(w),
      h: round(h),
      o: round(Math.max(0.1, o) * 10) / 10,
    });
  }
  return out;
}

/** The drawn night sky: stars, two ribbons whose foot is at `horizon`, two hills. Only on the sign-in, demo and first-run stages. */
export function Sky(props: { width: number; height: number; horizon?: number }) {
  const { width, height, horizon = 0.55 } = props;
  const id = useId();
  const stars = Array.from({ length: Math.round((width * height) / 4200) }, (_, i) => i);
  const near = rays(
    { base: height * horizon, fall: height * 0.15, height: height * 0.4, strength: 0.5, step: 7.4 },
    width,
    1,
  );
  const far = rays(
    { base: height * (horizon - 0.15), fall: height * 0.09, height: height * 0.25, strength: 0.24, step: 12 },
    width,
    5,
  );
  const y = (part: number) => round(height * part);
  const x = (part: number) => round(width * part);
  return (
    <svg
      className="absolute inset-0 size-full"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      <defs>
        <linearGradient id={`${id}r`} x1="0" y1="0" x2="0" y2="1">
          <stop stopColor="var(--sky-violet)" stopOpacity="0" />
          <stop offset=".28" stopColor="var(--sky-violet)" stopOpacity=".28" />
          <stop offset=".6" stopColor="var(--sky-blue)" stopOpacity=".55" />
          <stop offset=".88" stopColor="var(--sky-green)" stopOpacity=".95" />
          <stop offset="1" stopColor="var(--sky-green)" stopOpacity="0" />
        </linearGradient>
        <filter id={`${id}b`} x="-5%" y="-5%" width="110%" height="110%">
          <feGaussianBlur stdDeviation="4 6.4" />
        </filter>
      </defs>
      <g fill="var(--sky-star)">
        {stars.map((i) => (
          <circle
            key={i}
            cx={round(noise(i) * width)}
            cy={round(noise(i + 500) * height * 0.5)}
            r={round(0.4 + noise(i + 900) * 0.7)}
            opacity={round(0.15 + noise(i + 1300) * 0.5)}
          />
        ))}
      </g>
      {[near, far].map((ribbon, index) => (
        <g key={index === 0 ? "near" : "far"} filter={`url(#${id}b)`} fill={`url(#${id}r)`}>
          {ribbon.map((ray) => (
            <rect key={ray.x} x={ray.x} y={ray.y} width={ray.w} height={ray.h} opacity={ray.o} />
          ))}
        </g>
      ))}
      <path
        fill="var(--sky-hill-1)"
        d={`M0 ${height}V${y(0.84)}C${x(0.1)} ${y(0.815)} ${x(0.18)} ${y(0.82)} ${x(0.27)} ${y(0.795)}S${x(0.42)} ${y(0.78)} ${x(0.5)} ${y(0.8)} ${x(0.64)} ${y(0.772)} ${x(0.74)} ${y(0.775)} ${x(0.92)} ${y(0.8)} ${width} ${y(0.785)}V${height}z`}
      />
      <path
        fill="var(--sky-hill-2)"
        d={`M0 ${height}V${y(0.912)}C${x(0.14)} ${y(0.878)} ${x(0.25)} ${y(0.905)} ${x(0.39)} ${y(0.887)}S${x(0.65)} ${y(0.85)} ${x(0.77)} ${y(0.871)} ${x(0.93)} ${y(0.878)} ${width} ${y(0.86)}V${height}z`}
      />
    </svg>
  );
}
