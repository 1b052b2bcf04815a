"use client";
import { Plus } from "lucide-react";
import { Amount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Meter } from "#components/ui/meter.tsx";
import { formatAmount, parseAmount, sumAmounts } from "#domain/money/amount.ts";
import type { AlertView, QuotaView } from "./spend-view.ts";

/** The share of a limit in whole percent; only for the width of a bar. */
function share(part: string, whole: string): number {
  return Number(whole) > 0 ? (Number(part) / Number(whole)) * 100 : 0;
}

/** The limit with what was paid for, exact. */
const room = (quota: QuotaView) =>
  formatAmount(sumAmounts([quota.limit, quota.extraAmount].map((value) => parseAmount(value))));

/** A value of a limit: money with all its digits, or a count. */
function Measured(props: { quota: QuotaView; value: string }) {
  return props.quota.measure === "money" ? (
    <Amount value={props.value} currency={props.quota.currency} minor />
  ) : (
    <span className="num">{Number(props.value).toLocaleString("en-US")}</span>
  );
}

const windows: Record<string, string> = { daily: "a day", weekly: "a week", monthly: "a month" };
const deeds: Record<string, string> = {
  pause: "the bot pauses",
  notify: "the team is told",
  throttle: "answers slow down",
  fallback_model: "a cheaper model answers",
};

/** The colour of a share: near the end it warns, past it it is critical. */
const toneOf = (percent: number) => (percent >= 100 ? "critical" : percent >= 80 ? "caution" : "accent");

function SideHead(props: { title: string; addLabel: string; onNew: (() => void) | null }) {
  return (
    <div className="row mb-2">
      <h2 className="text-title">{props.title}</h2>
      {props.onNew ? (
        <span className="end">
          <IconButton label={props.addLabel} icon={<Plus size={16} />} onClick={props.onNew} />
        </span>
      ) : null}
    </div>
  );
}

/** Budgets with how far each is spent. */
export function AlertList(props: { alerts: ReadonlyArray<AlertView>; onNew: (() => void) | null }) {
  return (
    <section>
      <SideHead title="Alerts" addLabel="New alert" onNew={props.onNew} />
      {props.alerts.length === 0 ? <p className="text-ink-3">No budget is watched.</p> : null}
      <ul>
        {props.alerts.map((alert) => (
          <li key={alert.id}>
            <div className="row flex-wrap">
              <span className="clip" title={alert.name}>
                {alert.name}
              </span>
              <span className="end num flex-none">
                <Amount value={alert.spent} currency={alert.currency} minor />
                <span className="text-ink-3"> of </span>
                <Amount value={alert.budget} currency={alert.currency} minor />
              </span>
            </div>
            <Meter
              className="mt-1.5"
              label={`Share of ${alert.name}`}
              percent={share(alert.spent, alert.budget)}
              tone={toneOf(Math.max(alert.passedMark, share(alert.spent, alert.budget)))}
            />
            <p className="text-small text-ink-3 mt-1">
              {alert.currency} {windows[alert.period] ?? alert.period}, tells at{" "}
              {alert.marks.map((mark) => `${mark}%`).join(", ")}
              {alert.passedMark > 0 ? `; ${alert.passedMark}% is passed` : ""}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Limits with how far each is used. */
export function QuotaList(props: {
  quotas: ReadonlyArray<QuotaView>;
  onNew: (() => void) | null;
  onPay: ((quota: QuotaView) => void) | null;
}) {
  return (
    <section>
      <SideHead title="Limits" addLabel="New limit" onNew={props.onNew} />
      {props.quotas.length === 0 ? <p className="text-ink-3">No limit stops the spending.</p> : null}
      <ul>
        {props.quotas.map((quota) => (
          <li key={quota.id}>
            <div className="row flex-wrap">
              <span className="clip" title={quota.name}>
                {quota.name}
              </span>
              {quota.exceeded ? <Chip tone="critical">Reached</Chip> : null}
              <span className="end num flex-none">
                <Measured quota={quota} value={quota.used} />
                <span className="text-ink-3"> of </span>
                <Measured quota={quota} value={room(quota)} />
              </span>
            </div>
            <Meter
              className="mt-1.5"
              label={`Share of ${quota.name}`}
              percent={share(quota.used, room(quota))}
              tone={quota.exceeded ? "critical" : toneOf(share(quota.used, room(quota)))}
            />
            <p className="text-small text-ink-3 mt-1">
              {quota.measure === "money" ? quota.currency : "Units"} {windows[quota.period] ?? quota.period},
              then {deeds[quota.onExceed] ?? quota.onExceed}
              {/[1-9]/.test(quota.extraAmount) ? (
                <>
                  ; <Measured quota={quota} value={quota.extraAmount} /> of it is paid for, until the window
                  ends
                </>
              ) : null}
            </p>
            {props.onPay && quota.exceeded && quota.measure === "money" ? (
              <Button
                size="sm"
                className="mt-1.5"
                aria-label={`Pay for more room in ${quota.name}`}
                onClick={() => props.onPay?.(quota)}
              >
                Pay for more room
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
