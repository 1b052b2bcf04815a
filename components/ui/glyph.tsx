import { useId } from "react";

/** The aurora glyph: the machine as a speaker. Never a bullet, never decoration. */
export function Glyph(props: { size?: number; className?: string }) {
  const id = useId();
  const size = props.size ?? 16;
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
      className={`block flex-none ${props.className ?? ""}`}
    >
      <defs>
        <linearGradient id={id} x1="2" y1="20" x2="22" y2="4" gradientUnits="userSpaceOnUse">
          <stop stopColor="var(--aurora-1)" />
          <stop offset=".5" stopColor="var(--aurora-2)" />
          <stop offset="1" stopColor="var(--aurora-3)" />
        </linearGradient>
      </defs>
      <g fill="none" stroke={`url(#${id})`} strokeLinecap="round">
        <path strokeWidth="2.6" d="M3.5 18.5C5.6 9.4 8 7 10.3 10.6c2.4 3.8 5 3.2 10.2-5.1" />
        <path strokeWidth="2.2" opacity=".6" d="M8.8 19c1.3-3.8 2.8-4.8 4.5-3.2 1.8 1.7 3.9 1.1 7.2-3.8" />
      </g>
    </svg>
  );
}
