"use client";
import { toInvoice } from "#components/billing/invoice-answers.ts";
import { InvoiceHistory } from "#components/billing/invoice-history.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { RoomState } from "#components/ui/room-state.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { StaffDeeds } from "./staff-deeds.tsx";
import { StaffInvoiceScreen } from "./staff-invoice-screen.tsx";
import { Corrections, InvoiceMails } from "./staff-notes.tsx";
import { StaffPayments } from "./staff-payments.tsx";
import { useStaffDeeds, useStaffInvoice } from "./use-staff-invoice.ts";

/** One invoice of any tenant with staff's deeds, from the server. */
export function StaffInvoicePage(props: { invoiceId: string }) {
  const id = props.invoiceId;
  const all = useStaffInvoice(id);
  const { deeds, onRefund } = useStaffDeeds(id);
  const time = useTimeFormat();
  const { data } = all.invoice;
  if (!data)
    return (
      <RoomState
        title="The invoice did not load."
        error={all.invoice.error ? errorText(all.invoice.error) : null}
        onRetry={() => void all.invoice.refetch()}
      />
    );
  const limits = all.limits.data ?? null;
  const refunds = (all.refunds.data?.data ?? []).map((row) => ({
    ...row,
    name: "Refund",
    by: row.createdByName,
    at: row.processedAt ?? row.createdAt,
  }));
  const notes = (all.notes.data?.data ?? []).map((row) => ({
    ...row,
    name: row.number,
    status: null,
    by: row.createdByName,
    at: row.issuedAt,
  }));
  const payments = (all.payments.data?.data ?? []).map((row) => ({
    ...row,
    at: row.processedAt ?? row.createdAt,
  }));
  return (
    <StaffInvoiceScreen
      invoice={toInvoice(data, all.lines.data ?? null, null, "", time.moment)}
      tenantName={data.tenantName}
      lines={all.lines.data?.data ?? null}
      linesError={all.lines.error && !all.lines.data ? errorText(all.lines.error) : null}
      actions={<StaffDeeds invoice={data} limits={limits} deeds={deeds} />}
      history={
        <InvoiceHistory
          history={data.history}
          status={data.status}
          finalizesAt={data.finalizesAt}
          dueAt={data.dueAt}
        />
      }
      sections={[
        {
          title: "Payments",
          body: <StaffPayments payments={payments} limits={limits} onRefund={onRefund} />,
        },
        {
          title: "Credit notes and refunds",
          body: <Corrections rows={[...notes, ...refunds]} none="Nothing was credited or given back." />,
        },
        {
          title: "Mail",
          body: <InvoiceMails mails={all.mails.data?.data ?? []} tenantId={data.tenantId} />,
        },
      ]}
    />
  );
}
