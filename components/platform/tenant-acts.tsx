"use client";
import { useState } from "react";
import { sentence } from "#components/billing/service-words.ts";
import { Button } from "#components/ui/button.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import type { TenantRowView } from "./tenant-room.tsx";
import { TestClock } from "./test-clock.tsx";

/** What an operator does with a tenant: suspend, resume, set a sandbox's clock. */
export function TenantActs(props: {
  tenant: TenantRowView;
  onSuspend: () => Promise<string | null>;
  onResume: () => Promise<string | null>;
  onClock: (now: string) => Promise<string | null>;
}) {
  const { tenant } = props;
  const time = useTimeFormat();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const act = async (deed: () => Promise<string | null>) => {
    setBusy(true);
    setFailure(await deed());
    setBusy(false);
  };
  return (
    <>
      <div className="col gap-4 p-5">
        <dl className="facts">
          <dt>Status</dt>
          <dd>{sentence(tenant.status)}</dd>
          <dt>Plan</dt>
          <dd>{tenant.planName ?? "–"}</dd>
          <dt>Currency</dt>
          <dd>{tenant.currency}</dd>
          <dt>Time zone</dt>
          <dd>{tenant.timezone}</dd>
          <dt>Since</dt>
          <dd>{time.date(tenant.createdAt)}</dd>
        </dl>
        {failure ? (
          <p className="field-error" role="alert">
            {failure}
          </p>
        ) : null}
        {tenant.status === "suspended" ? (
          <Button className="self-start" busy={busy} onClick={() => void act(props.onResume)}>
            Resume
          </Button>
        ) : tenant.status === "cancelled" ? null : (
          <div className="col items-start gap-1.5">
            <Button variant="danger" busy={busy} onClick={() => void act(props.onSuspend)}>
              Suspend
            </Button>
            <p className="text-small text-ink-3">A suspended workspace can be read and not changed.</p>
          </div>
        )}
      </div>
      {tenant.sandbox ? <TestClock now={tenant.now} onSet={props.onClock} /> : null}
    </>
  );
}
