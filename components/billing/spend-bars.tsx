"use client";
import { type KeyboardEvent, useRef } from "react";
import { splitAmount } from "#components/ui/amount.tsx";
import { useWidth } from "#components/ui/use-width.ts";
import type { SpendDayView, SpendFlag, SpendSeries } from "./spend-view.ts";

const left = 36;
const floor = 140;
const ceiling = 14;

/** For pixels only: what is written on screen is always the exact string. */
function pixels(value: string | undefined): number {
  return Math.max(0, Number(value ?? "0"));
}

function axis(top: number): { step: number; max: number } {
  if (top <= 0) return { step: 1, max: 4 };
  const raw = top / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 4, 5, 10].find((one) => one * power >= raw) ?? 10) * power;
  return { step, max: step * 4 };
}

function tick(value: number, step: number, currency: string): string {
  const decimals = step >= 1 ? 0 : Math.min(6, Math.ceil(-Math.log10(step)) + 1);
  return `${splitAmount("0", currency).symbol}${value.toFixed(decimals)}`;
}

/** Stacked bars on a zero line. Arrow keys walk the days; the day pointed at is told to the legend. */
export function SpendBars(props: {
  days: ReadonlyArray<SpendDayView>;
  series: ReadonlyArray<SpendSeries>;
  flags: ReadonlyArray<SpendFlag>;
  selected: string | null;
  onPoint: (day: string | null) => void;
  label: string;
  currency: string;
}) {
  const { days, series } = props;
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 880);
  const { step, max } = axis(Math.max(0, ...days.map((day) => pixels(day.total))));
  const slot = (width - left) / Math.max(days.length, 1);
  const bar = Math.min(Math.max(slot - 8, slot * 0.7), 28);
  const y = (value: number) => floor - (value / max) * (floor - ceiling);
  const last = days.length - 1;
  // A label next to the pointed day's, or to the last one's, would run into it.
  const at = days.findIndex((day) => day.day === props.selected);
  const walk = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    props.onPoint(days[Math.min(days.length - 1, Math.max(0, at + by))]?.day ?? null);
  };
  return (
    <div
      ref={box}
      role="application"
      aria-label={`${props.label}, arrow keys walk the days`}
      {...focusable}
      onKeyDown={walk}
    >
      <svg viewBox={`0 0 ${width} 160`} className="bars" role="img" aria-label={props.label}>
        {[0, 1, 2, 3, 4].map((line) => (
          <g key={line}>
            <line x1={left} x2={width} y1={y(step * line)} y2={y(step * line)} stroke="var(--chart-grid)" />
            <text x={left - 8} y={y(step * line) + 4} textAnchor="end">
              {tick(step * line, step, props.currency)}
            </text>
          </g>
        ))}
        {days.map((day, index) => {
          const x = left + index * slot + (slot - bar) / 2;
          let foot = 0;
          const on = day.day === props.selected;
          const number = Number(day.day.slice(8));
          const flag = props.flags.find((one) => one.day === day.day);
          return (
            <g
              key={day.day}
              onPointerEnter={() => props.onPoint(day.day)}
              onPointerLeave={() => props.onPoint(null)}
            >
              <rect
                x={left + index * slot}
                y={0}
                width={slot}
                height={floor}
                rx={4}
                fill={on ? "var(--accent-tint)" : "transparent"}
              />
              {series.map((one) => {
                const value = pixels(day.values[one.key]);
                if (value === 0) return null;
                const top = y(foot + value);
                const height = Math.max(0.8, y(foot) - top - 1);
                foot += value;
                return (
                  <rect
                    key={one.key}
                    x={x}
                    y={top}
                    width={bar}
                    height={height}
                    rx={1.5}
                    fill={`var(--chart-${one.tone})`}
                  />
                );
              })}
              {flag ? <Flag x={x + bar / 2} label={flag.label} top={y(pixels(day.total))} /> : null}
              {on ||
              (index === last && (at < 0 || last - at > 1)) ||
              (index % 7 === 0 && last - index > 1 && (at < 0 || Math.abs(index - at) > 1)) ? (
                <text className={on ? "on" : ""} x={x + bar / 2} y={156} textAnchor="middle">
                  {number}
                </text>
              ) : null}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** A mark that was passed on a day, tied to its bar. */
function Flag(props: { x: number; top: number; label: string }) {
  const wide = props.label.length * 5.6 + 12;
  return (
    <g>
      <line
        x1={props.x}
        x2={props.x}
        y1={2}
        y2={props.top - 4}
        stroke="var(--caution)"
        strokeDasharray="2 3"
      />
      <rect x={props.x - wide / 2} y={-18} width={wide} height={18} rx={4} fill="var(--caution-tint)" />
      <text className="flag" x={props.x} y={-5} textAnchor="middle">
        {props.label}
      </text>
    </g>
  );
}

/** The bars take the focus as one thing. */
const focusable = { tabIndex: 0 };
