"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { formProblem, valid } from "#components/trpc/form-problem.ts";
import type { FieldValues } from "#components/ui/record-form.tsx";
import { RoomState } from "#components/ui/room-state.tsx";
import { costAlertInput } from "#domain/billing/cost-alert.ts";
import { quotaPayInput } from "#domain/billing/payment.ts";
import { quotaInput } from "#domain/billing/quota.ts";
import { BillingHome } from "./billing-home.tsx";
import { toInvoiceRow } from "./invoice-answers.ts";
import { LimitSheet } from "./limit-dialogs.tsx";
import { PayLimitSheet } from "./pay-limit-sheet.tsx";
import { toSpend, toSpendLine } from "./spend-answers.ts";
import { SpendBy, type SpendDimension } from "./spend-by.tsx";
import type { QuotaView, SpendLineView } from "./spend-view.ts";

/** How often the running month is added up again while somebody looks. */
const againMs = 10_000;

/** A model's line with the way to its single records. */
const withRecords = (records: string) => (line: SpendLineView) => ({
  ...line,
  href: `${records}?${new URLSearchParams({ provider: line.detail, model: line.label })}`,
});

/** Spend of the running month, its limits, the last invoices; from the server. */
export function BillingPage() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { allows, base: home, offsetNow } = useWorkspace();
  const [making, setMaking] = useState<"alert" | "quota" | null>(null);
  const spend = useQuery(trpc.usage.spend.queryOptions({}, { refetchInterval: againMs }));
  const alerts = useQuery(trpc.costAlerts.list.queryOptions({ limit: 100 }, { refetchInterval: againMs }));
  const quotas = useQuery(trpc.quotas.list.queryOptions({ limit: 100 }, { refetchInterval: againMs }));
  const invoices = useQuery(trpc.invoices.list.queryOptions({ limit: 6 }));
  const addAlert = useMutation(trpc.costAlerts.create.mutationOptions());
  const addQuota = useMutation(trpc.quotas.create.mutationOptions());
  const [paying, setPaying] = useState<QuotaView | null>(null);
  const payQuota = useMutation(trpc.quotas.pay.mutationOptions());
  const pay = async (quota: QuotaView, values: FieldValues) => {
    try {
      const payment = await payQuota.mutateAsync(valid(quotaPayInput, { ...values, id: quota.id }));
      if (payment.checkoutUrl) window.location.assign(payment.checkoutUrl);
      else if (payment.status === "failed")
        return { message: payment.failureReason ?? "The payment was refused.", fields: [] };
    } catch (error) {
      return formProblem(error);
    }
    void queries.invalidateQueries({ queryKey: trpc.quotas.pathKey() });
    return null;
  };
  const create = async (kind: "alert" | "quota", values: FieldValues) => {
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
    try {
      if (kind === "alert") await addAlert.mutateAsync(valid(costAlertInput, given));
      else await addQuota.mutateAsync(valid(quotaInput, given));
    } catch (error) {
      return formProblem(error);
    }
    for (const queryKey of [trpc.costAlerts.pathKey(), trpc.quotas.pathKey(), trpc.shell.pathKey()])
      void queries.invalidateQueries({ queryKey });
    return null;
  };
  const [dimension, setDimension] = useState<SpendDimension>("model");
  const by = useQuery(
    trpc.usage.spendBy.queryOptions(
      { dimension: dimension === "model" ? "channels" : dimension },
      { enabled: dimension !== "model", refetchInterval: againMs },
    ),
  );
  const failure = spend.error ?? alerts.error ?? quotas.error ?? invoices.error;
  if (!spend.data || !alerts.data || !quotas.data || !invoices.data)
    return (
      <RoomState
        title="The bill did not load."
        error={failure ? errorText(failure) : null}
        onRetry={() => {
          for (const query of [spend, alerts, quotas, invoices]) void query.refetch();
        }}
      />
    );
  const flags = alerts.data.data.flatMap((alert) =>
    alert.period === "monthly" && alert.type === "all"
      ? alert.events.map((event) => ({
          day: event.triggeredAt.slice(0, 10),
          label: `${event.mark}% of budget`,
        }))
      : [],
  );
  const manages = allows("billing.manage");
  const view = toSpend(spend.data, flags);
  const lines =
    dimension === "model"
      ? view.byModel.map(withRecords(`${home}/billing/records`))
      : (by.data?.data.map(toSpendLine) ?? null);
  const now = Date.parse(offsetNow());
  return (
    <>
      <BillingHome
        base={`${home}/billing`}
        spend={view}
        by={
          <SpendBy
            dimension={dimension}
            onDimension={setDimension}
            lines={lines}
            error={lines === null && by.error ? errorText(by.error) : null}
            onRetry={() => void by.refetch()}
            currency={view.currency}
            total={view.total}
            calls={view.calls}
          />
        }
        alerts={alerts.data.data.map((alert) => ({
          ...alert,
          spent: alert.currentAmount,
          marks: alert.marks.map(Number),
          passedMark: Number(alert.passedMark),
        }))}
        quotas={quotas.data.data.map((quota) => ({
          ...quota,
          used: quota.currentAmount,
          exceeded: quota.isExceeded,
        }))}
        invoices={invoices.data.data.map((invoice) => toInvoiceRow(invoice, now))}
        onNewAlert={manages ? () => setMaking("alert") : null}
        onNewQuota={manages ? () => setMaking("quota") : null}
        onPayQuota={allows("billing.pay") ? setPaying : null}
      />
      <PayLimitSheet quota={paying} onClose={() => setPaying(null)} onPay={pay} />
      <LimitSheet kind={making} onClose={() => setMaking(null)} onCreate={create} />
    </>
  );
}
