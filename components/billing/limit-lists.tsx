"use client";
import { Plus } from "lucide-react";
import { Amount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Meter } from "#components/ui/meter.tsx";
import type { AlertView, QuotaView } from "./spend-view.ts";

/** The share of a limit in whole percent; only for the width of a bar. */
function share(part: string, whole: string): number {
  return Number(whole) > 0 ? (Number(part) / Number(whole)) * 100 : 0;
}

/** The limit with what was paid for; only to be shown. */
const room = (quota: QuotaView) => Number(quota.limit) + Number(quota.extraAmount);

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
            <div className="row">
              <span className="clip">{alert.name}</span>
              <span className="end num">
                <Amount value={alert.spent} currency={alert.currency} decimals={2} />
                <span className="text-ink-3"> of </span>
                <Amount value={alert.budget} currency={alert.currency} decimals={2} />
              </span>
            </div>
            <Meter
              className="mt-1.5"
              label={`Share of ${alert.name}`}
              percent={share(alert.spent, alert.budget)}
              tone={alert.passedMark >= 100 ? "critical" : alert.passedMark > 0 ? "caution" : "accent"}
            />
            <p className="text-small text-ink-3 mt-1">
              {alert.period}, told at {alert.marks.map((mark) => `${mark}%`).join(", ")}
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
            <div className="row">
              <span className="clip">{quota.name}</span>
              {quota.exceeded ? <Chip tone="critical">Reached</Chip> : null}
              <span className="end num">
                {Number(quota.used).toLocaleString("en-US")} of {room(quota).toLocaleString("en-US")}
              </span>
            </div>
            <Meter
              className="mt-1.5"
              label={`Share of ${quota.name}`}
              percent={share(quota.used, String(room(quota)))}
              tone={quota.exceeded ? "critical" : "accent"}
            />
            <p className="text-small text-ink-3 mt-1">
              {quota.period}, {quota.measure === "money" ? quota.currency : quota.measure}, then{" "}
              {quota.onExceed.replaceAll("_", " ")}
              {Number(quota.extraAmount) > 0
                ? `; ${Number(quota.extraAmount).toLocaleString("en-US")} of it is paid for, until the window ends`
                : ""}
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
