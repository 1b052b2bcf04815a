"use client";
import { ArrowUpRight, ChevronRight } from "lucide-react";
import Link from "next/link";
import { Fragment } from "react";
import { Amount, decimalsOf } from "#components/ui/amount.tsx";
import { Glyph } from "#components/ui/glyph.tsx";
import { Meter } from "#components/ui/meter.tsx";
import { nodeMark } from "#components/ui/node-mark.tsx";
import { Tokens } from "#components/ui/tokens.tsx";
import type { WhyView } from "./message-view.ts";

/** Why Aurora said this: intent, node, path, because, calls with cost and price, rule. Always in this order. */
export function WhyCard(props: { why: WhyView; id: string }) {
  const { why } = props;
  const Icon = why.node ? nodeMark(why.node.type, why.node.mode).icon : null;
  return (
    <section className="reason" aria-label="Why this message was sent" id={props.id}>
      <header>
        <Glyph size={16} />
        Why Aurora said this
        {why.flow ? (
          <Link href={why.flow.runHref} className="btn quiet sm end !text-machine">
            Open the run
            <ArrowUpRight size={12} aria-hidden="true" />
          </Link>
        ) : null}
      </header>
      <dl>
        <dt>Intent</dt>
        <dd>
          {why.intent ? (
            <>
              <span className="code clip">{why.intent.name}</span>
              <Meter
                className="end w-24 flex-none"
                label="Confidence"
                percent={why.intent.confidence * 100}
                notch={why.intent.threshold * 100}
              />
              <b className="num">{Math.round(why.intent.confidence * 100)}%</b>
            </>
          ) : (
            <span className="text-ink-3">not asked for, the run was already under way</span>
          )}
        </dd>
        {why.node && Icon ? (
          <>
            <dt>Node</dt>
            <dd>
              <Icon size={14} strokeWidth={1.6} aria-hidden="true" className="flex-none" />
              <span className="clip">{why.node.name}</span>
              {why.flow ? (
                <span className="text-ink-3 clip">
                  in {why.flow.name} v{why.flow.version}
                </span>
              ) : null}
            </dd>
          </>
        ) : null}
        {why.path.length > 0 ? (
          <>
            <dt className="path-label">Path</dt>
            <dd className="path text-small text-ink-2">
              {why.path.map((step, index) => (
                <Fragment key={step.key}>
                  {index > 0 ? <ChevronRight size={12} aria-hidden="true" className="flex-none" /> : null}
                  <span className="whitespace-nowrap">
                    {step.name} {step.answer ? <b className="text-ink">{step.answer}</b> : null}
                  </span>
                </Fragment>
              ))}
            </dd>
          </>
        ) : null}
        {why.because.map((fact) => (
          <Fragment key={fact.expression}>
            <dt>Because</dt>
            <dd>
              <span className="code">{fact.expression}</span>
              {fact.source ? <span className="text-ink-3 clip from">from {fact.source}</span> : null}
            </dd>
          </Fragment>
        ))}
      </dl>
      <Calls why={why} />
      <footer>{why.rule ?? (why.calls.length === 0 ? "No AI call stands behind this message." : "")}</footer>
    </section>
  );
}

function Calls(props: { why: WhyView }) {
  const { why } = props;
  if (why.calls.length === 0) return null;
  const models = [...new Set(why.calls.map((call) => call.model))].join(", ");
  const withCost = why.totals.providerCost !== null;
  const costs = costDecimals([why.totals.providerCost, ...why.calls.map((call) => call.providerCost)]);
  const prices = decimalsOf([why.totals.clientPrice, ...why.calls.map((call) => call.clientPrice)]);
  return (
    <table>
      <thead>
        <tr>
          <th>Call, {models}</th>
          <th>Tokens in → out</th>
          {withCost ? <th>Cost, {why.currency}</th> : null}
          <th>Price, {why.currency}</th>
        </tr>
      </thead>
      <tbody>
        {why.calls.map((call) => (
          <tr key={call.id}>
            <td className="clip max-w-36">{call.label}</td>
            <td>
              <Tokens input={call.input} output={call.output} />
            </td>
            {withCost ? <td>{call.providerCost ? plain(call.providerCost, costs) : "–"}</td> : null}
            <td>
              <Amount value={call.clientPrice} currency={why.currency} decimals={prices} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td>{why.calls.length === 1 ? "1 AI call" : `${why.calls.length} AI calls`}</td>
          <td>{Number(why.totals.tokens).toLocaleString("en-US")}</td>
          {withCost ? <td>{plain(why.totals.providerCost ?? "0", costs)}</td> : null}
          <td>
            <Amount value={why.totals.clientPrice} currency={why.currency} decimals={prices} />
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

/** Provider cost is quoted per thousand tokens, so six decimals are its usual width. */
function costDecimals(values: ReadonlyArray<string | null>): number {
  const needed = values.map((value) => (value ?? "").split(".")[1]?.replace(/0+$/, "").length ?? 0);
  return Math.max(6, ...needed);
}

/** An exact cost with a fixed number of decimals and no dimming: it is never rounded. */
function plain(value: string, decimals: number): string {
  const [whole = "0", fraction = ""] = value.split(".");
  return `${whole}.${fraction.padEnd(decimals, "0").slice(0, decimals)}`;
}
