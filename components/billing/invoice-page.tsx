"use client";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useWorkspace } from "#components/shell/workspace.ts";
import { useTRPC } from "#components/trpc/client.tsx";
import { errorText } from "#components/trpc/error-text.ts";
import { RoomState } from "#components/ui/room-state.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { CallSlip } from "./call-slip.tsx";
import { toInvoice } from "./invoice-answers.ts";
import { InvoiceHistory } from "./invoice-history.tsx";
import { InvoiceMoney, PayButton, PdfLink } from "./invoice-money.tsx";
import { InvoiceScreen } from "./invoice-screen.tsx";
import { ledgerColumns } from "./ledger-columns.ts";
import type { CallSlipView } from "./ledger-view.ts";
import { planWords } from "./plan-view.ts";
import { spendDays } from "./spend-answers.ts";
import { SpendChart } from "./spend-chart.tsx";
import { type Ledger, type LedgerPlace, readPlace, useLedger } from "./use-ledger.ts";

const words: Record<string, string> = {
  input: "in",
  output: "out",
  cachedInput: "cached",
  cacheWrite: "written to the cache",
  reasoning: "reasoned",
  amount: "",
};

function toSlip(record: NonNullable<Ledger["slip"]["data"]>, label: string | null): CallSlipView {
  return {
    label: label ?? record.model,
    requestId: record.id.slice(-12),
    model: record.model,
    parts: record.parts.map((part) => ({
      label: `${part.quantity.toLocaleString("en-US")} ${words[part.part] ?? part.part}`.trim(),
      cost: part.cost,
      price: part.price,
    })),
    totalLabel:
      record.type === "token"
        ? `${record.totalQuantity.toLocaleString("en-US")} tokens`
        : record.totalQuantity.toLocaleString("en-US"),
    cost: record.providerCost,
    price: record.clientPrice,
    plan: planWords(record),
    rule: record.rule,
    ruleHref: null,
    rates: record.rates,
  };
}

/** One invoice and the way down to the single call; the address says which levels are open. */
export function InvoicePage(props: { invoiceId: string }) {
  const id = props.invoiceId;
  const trpc = useTRPC();
  const time = useTimeFormat();
  const { base: home, slug } = useWorkspace();
  const place = readPlace(useSearchParams());
  const ledger = useLedger(id, place);
  const invoice = useQuery(trpc.invoices.get.queryOptions({ id }));
  const month = invoice.data?.period;
  const spend = useQuery(
    trpc.usage.spend.queryOptions(month ? { month } : {}, {
      enabled: month !== undefined,
      staleTime: 60_000,
    }),
  );
  if (!invoice.data)
    return (
      <RoomState
        title="The invoice did not load."
        error={invoice.error ? errorText(invoice.error) : null}
        onRetry={() => void invoice.refetch()}
      />
    );
  const { data } = invoice;
  const base = `${home}/billing`;
  const query = (parts: Record<string, string | null | undefined>) =>
    new URLSearchParams(
      Object.entries(parts).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    ).toString();
  const csvOf = (level: string, at: Partial<LedgerPlace>) =>
    `/api/v1/invoices/${id}/export.csv?${query({
      tenant: slug,
      level,
      lineId: at.line,
      day: at.day,
      conversationId: at.conversation,
      messageId: at.message,
    })}`;
  const hrefOf = (at: Partial<LedgerPlace>) => {
    const text = query({ ...at });
    return `${base}/invoices/${id}${text ? `?${text}` : ""}`;
  };
  const columns = ledgerColumns(ledger, {
    invoiceId: id,
    number: data.number ?? "the draft",
    place,
    hrefOf,
    csvOf,
    clock: time.clock,
  });
  const called = ledger.records.data?.pages.flatMap((page) => page.data).find((row) => row.id === place.call);
  return (
    <InvoiceScreen
      base={base}
      invoice={toInvoice(
        data,
        ledger.lines.data ?? null,
        data.issuedAt ? `${time.date(data.issuedAt)}, ${time.short(data.issuedAt)}` : null,
        csvOf("lines", {}),
        time.moment,
      )}
      chart={
        spend.data ? (
          <SpendChart
            title="Usage per day"
            {...spendDays(spend.data)}
            flags={[]}
            currency={data.currency}
            selectedDay={place.day}
          />
        ) : (
          <section className="spend" aria-label="Usage per day" />
        )
      }
      actions={
        <>
          <PayButton invoice={data} />
          <PdfLink id={id} slug={slug} status={data.status} />
        </>
      }
      money={
        <>
          <InvoiceHistory {...data} />
          <InvoiceMoney invoiceId={id} />
        </>
      }
      columns={columns}
      slip={
        place.call && ledger.slip.data ? (
          <CallSlip slip={toSlip(ledger.slip.data, called?.label ?? null)} currency={data.currency} />
        ) : null
      }
    />
  );
}
