"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { allPages } from "#components/trpc/all-pages.ts";
import { useTRPC, useTRPCClient } from "#components/trpc/client.tsx";
import { attempt } from "#components/trpc/error-text.ts";
import { formProblem, valid } from "#components/trpc/form-problem.ts";
import type { FormProblem } from "#components/ui/record-form.tsx";
import { notify } from "#components/ui/toaster.tsx";
import { creditNoteInput, markPaidInput, refundInput } from "#domain/billing/payment.ts";
import type { StaffInvoiceDeeds } from "./staff-deeds.tsx";

/** An invoice of any tenant with all that hangs on it. */
export function useStaffInvoice(id: string) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const invoice = useQuery(trpc.platformInvoices.get.queryOptions({ id }, { refetchInterval: 10_000 }));
  return {
    invoice,
    lines: useQuery({
      queryKey: trpc.platformInvoices.lines.queryKey({ id }),
      queryFn: () => allPages((cursor) => client.platformInvoices.lines.query({ id, limit: 100, cursor })),
    }),
    limits: useQuery(trpc.platformInvoices.limits.queryOptions({ id })),
    payments: useQuery(trpc.platformPayments.list.queryOptions({ invoiceId: id, limit: 100 })),
    notes: useQuery(trpc.platformCreditNotes.list.queryOptions({ invoiceId: id, limit: 100 })),
    refunds: useQuery(trpc.platformInvoices.refunds.queryOptions({ id })),
    mails: useQuery(trpc.platformInvoices.mails.queryOptions({ id }, { refetchInterval: 5000 })),
  };
}

/** What staff do about an invoice; after each, everything about it is read again. */
export function useStaffDeeds(id: string) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const onSettled = () => {
    const touched = [trpc.platformInvoices, trpc.platformPayments, trpc.platformCreditNotes, trpc.mail];
    for (const one of touched) void queries.invalidateQueries({ queryKey: one.pathKey() });
  };
  const options = { onSettled };
  const finalize = useMutation(trpc.platformInvoices.finalize.mutationOptions(options));
  const recalculate = useMutation(trpc.platformInvoices.recalculate.mutationOptions(options));
  const voidIt = useMutation(trpc.platformInvoices.void.mutationOptions(options));
  const writeOff = useMutation(trpc.platformPayments.uncollectible.mutationOptions(options));
  const sendAgain = useMutation(trpc.platformInvoices.sendAgain.mutationOptions(options));
  const markPaid = useMutation(trpc.platformPayments.markPaid.mutationOptions(options));
  const credit = useMutation(trpc.platformCreditNotes.create.mutationOptions(options));
  const refund = useMutation(trpc.platformPayments.refund.mutationOptions(options));
  const say = async (deed: Promise<unknown>, said: string) => {
    const problem = await attempt(() => deed);
    if (problem === null) notify(said);
    return problem;
  };
  const fill = async (deed: () => Promise<unknown>, said: string): Promise<FormProblem | null> => {
    try {
      await deed();
    } catch (error) {
      return formProblem(error);
    }
    notify(said);
    return null;
  };
  const deeds: StaffInvoiceDeeds = {
    finalize: () => say(finalize.mutateAsync({ id }), "The invoice is final"),
    recalculate: async () => {
      const problem = await say(recalculate.mutateAsync({ id }), "The draft is worked out anew");
      if (problem?.includes("removed")) router.push("/platform/invoices");
      return problem;
    },
    voidIt: () => say(voidIt.mutateAsync({ id }), "The invoice is void"),
    writeOff: () => say(writeOff.mutateAsync({ id }), "The invoice is written off"),
    sendAgain: () => say(sendAgain.mutateAsync({ id }), "The invoice is sent again"),
    markPaid: (values) =>
      fill(() => markPaid.mutateAsync(valid(markPaidInput, { ...values, id })), "The transfer is entered"),
    credit: (values) =>
      fill(
        () => credit.mutateAsync(valid(creditNoteInput, { ...values, invoiceId: id })),
        "The credit note is issued",
      ),
  };
  const onRefund = (paymentId: string, values: object) =>
    fill(() => refund.mutateAsync(valid(refundInput, { ...values, paymentId })), "The money goes back");
  return { deeds, onRefund };
}
