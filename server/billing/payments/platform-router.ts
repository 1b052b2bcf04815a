import { z } from "zod";
import { billingTermsPatch } from "#domain/billing/billing-profile.ts";
import {
  creditNoteInput,
  gatewayInput,
  gatewayPatchInput,
  markPaidInput,
  paymentListInput,
  refundInput,
} from "#domain/billing/payment.ts";
import { paging } from "#domain/core/paging.ts";
import { platformMutation, platformQuery, router } from "#server/trpc/procedures.ts";
import { updateBillingTerms } from "../billing-profile.ts";
import { getAnyInvoice } from "../invoices/read-invoice.ts";
import { issueCreditNote, refundPayment } from "./credit-invoice.ts";
import { archiveGateway, createGateway, getGateway, listGateways, updateGateway } from "./gateways.ts";
import { markInvoicePaid, markUncollectible } from "./mark-paid.ts";
import { getPaymentEvent, listPaymentEvents, replayPaymentEvent } from "./payment-events.ts";
import { listAllCreditNotes, listAllPayments } from "./read-payments.ts";

const id = z.uuid();
const byId = z.strictObject({ id });
const ofTenant = { tenantId: id.optional() };

/** The platform's accounts at payment providers. */
export const paymentGatewaysRouter = router({
  list: platformQuery({
    route: "GET /payment-gateways",
    summary: "List payment gateways with transactions, volume and success rate",
  })
    .input(z.strictObject(paging))
    .query(({ input }) => listGateways(input)),
  get: platformQuery({ route: "GET /payment-gateways/{id}", summary: "Read a payment gateway" })
    .input(byId)
    .query(({ input }) => getGateway(input.id)),
  create: platformMutation({
    route: "POST /payment-gateways",
    summary: "Add an account at a payment provider; secrets are write-only",
    status: 201,
    example: {
      provider: "stripe",
      name: "Stripe Europe",
      region: "EU",
      credentials: { secretKey: "sk_live_…" },
      webhookSecret: "whsec_…",
    },
  })
    .input(gatewayInput)
    .mutation(({ input }) => createGateway(input)),
  update: platformMutation({
    route: "PATCH /payment-gateways/{id}",
    summary: "Change a payment gateway; a new webhook secret leaves the one before good",
    example: { active: true },
  })
    .input(gatewayPatchInput.extend({ id }))
    .mutation(({ input: { id: gatewayId, ...patch } }) => updateGateway(gatewayId, patch)),
  archive: platformMutation({
    route: "DELETE /payment-gateways/{id}",
    summary: "Take a payment gateway out of service",
    status: 204,
  })
    .input(byId)
    .mutation(({ input }) => archiveGateway(input.id)),
});

/** Payments of all tenants, and what staff do about them. */
export const platformPaymentsRouter = router({
  list: platformQuery({ route: "GET /payments", summary: "List payments of all tenants" })
    .input(paymentListInput.extend(ofTenant))
    .query(({ input }) => listAllPayments(input)),
  markPaid: platformMutation({
    route: "POST /invoices/{id}/mark-paid",
    summary: "Enter a bank transfer that paid an invoice, or a part of it",
    example: { reference: "BANK-2026-11-0001" },
  })
    .input(markPaidInput)
    .mutation(async ({ ctx, input }) => {
      const payment = await markInvoicePaid(ctx, input);
      return { payment, invoice: await getAnyInvoice(input.id) };
    }),
  uncollectible: platformMutation({
    route: "POST /invoices/{id}/uncollectible",
    summary: "Write an open invoice off",
    example: {},
  })
    .input(byId)
    .mutation(async ({ ctx, input }) => {
      await markUncollectible(ctx, input.id);
      return getAnyInvoice(input.id);
    }),
  terms: platformMutation({
    route: "PATCH /tenants/{id}/billing",
    summary: "Change a tenant's tax and discount from the next invoice on",
    example: { taxRatePercent: "19", taxMode: "exclusive", discountPercent: "0" },
  })
    .input(billingTermsPatch)
    .mutation(({ ctx, input }) => updateBillingTerms(ctx, input)),
  refund: platformMutation({
    route: "POST /refunds",
    summary: "Give a payment back, wholly or in part; its invoice is credited with it",
    status: 201,
    example: {
      paymentId: "01900000-0000-7000-8000-000000000000",
      amount: "10.00",
      reason: "Goodwill",
    },
  })
    .input(refundInput)
    .mutation(({ ctx, input }) => refundPayment(ctx, input)),
});

/** Corrections of final invoices of all tenants. */
export const platformCreditNotesRouter = router({
  list: platformQuery({ route: "GET /credit-notes", summary: "List credit notes of all tenants" })
    .input(z.strictObject({ ...paging, ...ofTenant, invoiceId: id.optional() }))
    .query(({ input }) => listAllCreditNotes(input)),
  create: platformMutation({
    route: "POST /credit-notes",
    summary: "Credit a final invoice, at most what was invoiced",
    status: 201,
    example: {
      invoiceId: "01900000-0000-7000-8000-000000000000",
      amount: "10.00",
      reason: "Wrong price in March",
    },
  })
    .input(creditNoteInput)
    .mutation(({ ctx, input }) => issueCreditNote(ctx, input)),
});

/** Webhooks of payment providers as they came. */
export const paymentEventsRouter = router({
  list: platformQuery({ route: "GET /payment-events", summary: "List webhooks of payment providers" })
    .input(z.strictObject(paging))
    .query(({ input }) => listPaymentEvents(input)),
  get: platformQuery({ route: "GET /payment-events/{id}", summary: "Read a payment provider's webhook" })
    .input(byId)
    .query(({ input }) => getPaymentEvent(input.id)),
  replay: platformMutation({
    route: "POST /payment-events/{id}/replay",
    summary: "Apply a payment provider's webhook again",
    example: {},
  })
    .input(byId)
    .mutation(({ input }) => replayPaymentEvent(input.id)),
});
