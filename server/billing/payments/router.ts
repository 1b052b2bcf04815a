import { z } from "zod";
import { billingProfilePatch } from "#domain/billing/billing-profile.ts";
import { paymentListInput, paymentMethodInput, topUpInput } from "#domain/billing/payment.ts";
import { paging } from "#domain/core/paging.ts";
import { router, tenantMutation, tenantPayment, tenantQuery } from "#server/trpc/procedures.ts";
import { getBillingProfile, updateBillingProfile } from "../billing-profile.ts";
import { getPayment } from "./charge-payment.ts";
import { listUsableGateways } from "./gateways.ts";
import {
  addPaymentMethod,
  getPaymentMethod,
  listPaymentMethods,
  openBillingPortal,
  removePaymentMethod,
  setDefaultPaymentMethod,
} from "./payment-methods.ts";
import { getCreditNote, listCreditNotes, listPayments, listRefunds } from "./read-payments.ts";
import { topUpWallet } from "./top-up-wallet.ts";
import { getWallet, listWalletEntries } from "./wallet.ts";

const view = "billing.view";
const pay = "billing.pay";
const id = z.uuid();
const byId = z.strictObject({ id });

/** What was paid, tried and refused. */
export const paymentsRouter = router({
  list: tenantQuery(view, { route: "GET /payments", summary: "List payments, the newest first" })
    .input(paymentListInput)
    .query(({ ctx, input }) => listPayments(ctx.actor.tenantId, input)),
  get: tenantQuery(view, { route: "GET /payments/{id}", summary: "Read a payment" })
    .input(byId)
    .query(({ ctx, input }) => getPayment(ctx.actor.tenantId, input.id)),
  refunds: tenantQuery(view, { route: "GET /refunds", summary: "List refunds, the newest first" })
    .input(z.strictObject({ ...paging, paymentId: id.optional(), invoiceId: id.optional() }))
    .query(({ ctx, input }) => listRefunds(ctx.actor.tenantId, input)),
  gateways: tenantQuery(view, {
    route: "GET /payment-providers",
    summary: "List the ways to pay that are open",
  })
    .input(z.strictObject({}))
    .query(async () => ({ data: await listUsableGateways(), nextCursor: null })),
});

/** Corrections of final invoices. */
export const creditNotesRouter = router({
  list: tenantQuery(view, { route: "GET /credit-notes", summary: "List credit notes, the newest first" })
    .input(z.strictObject({ ...paging, invoiceId: id.optional() }))
    .query(({ ctx, input }) => listCreditNotes(ctx.actor.tenantId, input)),
  get: tenantQuery(view, { route: "GET /credit-notes/{id}", summary: "Read a credit note" })
    .input(byId)
    .query(({ ctx, input }) => getCreditNote(ctx.actor.tenantId, input.id)),
});

/** Cards and accounts that the provider keeps. */
export const paymentMethodsRouter = router({
  list: tenantQuery(view, { route: "GET /payment-methods", summary: "List means of payment" })
    .input(z.strictObject(paging))
    .query(({ ctx, input }) => listPaymentMethods(ctx.actor.tenantId, input)),
  get: tenantQuery(view, { route: "GET /payment-methods/{id}", summary: "Read a means of payment" })
    .input(byId)
    .query(({ ctx, input }) => getPaymentMethod(ctx.actor.tenantId, input.id)),
  create: tenantPayment(pay, {
    route: "POST /payment-methods",
    summary: "Add a means of payment; without externalMethodId the answer has the page's address",
    status: 201,
    example: { isDefault: true },
  })
    .input(paymentMethodInput)
    .mutation(({ ctx, input }) => addPaymentMethod(ctx.actor, input)),
  setDefault: tenantPayment(pay, {
    route: "POST /payment-methods/{id}/default",
    summary: "Pay renewals with this one",
    example: {},
  })
    .input(byId)
    .mutation(({ ctx, input }) => setDefaultPaymentMethod(ctx.actor, input.id)),
  remove: tenantPayment(pay, {
    route: "DELETE /payment-methods/{id}",
    summary: "Remove a means of payment",
    status: 204,
  })
    .input(byId)
    .mutation(({ ctx, input }) => removePaymentMethod(ctx.actor, input.id)),
  portal: tenantPayment(pay, {
    route: "POST /billing-portal",
    summary: "Open the provider's own page of cards and receipts",
    example: {},
  })
    .input(z.strictObject({ gatewayId: id.optional() }))
    .mutation(({ ctx, input }) => openBillingPortal(ctx.actor, input.gatewayId)),
});

/** Whom the bills go to. */
export const billingProfileRouter = router({
  get: tenantQuery(view, {
    route: "GET /billing-profile",
    summary: "Read whom the bills go to, and the terms",
  })
    .input(z.strictObject({}))
    .query(({ ctx }) => getBillingProfile(ctx.actor.tenantId)),
  update: tenantMutation("billing.manage", {
    route: "PATCH /billing-profile",
    summary: "Change the billing address, e-mail and tax id; they stand on the next invoice",
    example: { billingAddress: "1 Main Street, Springfield", taxId: "US-123456789" },
  })
    .input(billingProfilePatch)
    .mutation(({ ctx, input }) => updateBillingProfile(ctx.actor, input)),
});

/** Prepaid money. */
export const walletRouter = router({
  get: tenantQuery(view, { route: "GET /wallet", summary: "Read the wallet's balance" })
    .input(z.strictObject({}))
    .query(({ ctx }) => getWallet(ctx.actor.tenantId)),
  entries: tenantQuery(view, { route: "GET /wallet/entries", summary: "List the wallet's movements" })
    .input(z.strictObject(paging))
    .query(({ ctx, input }) => listWalletEntries(ctx.actor.tenantId, input)),
  topUp: tenantPayment(pay, {
    route: "POST /wallet/top-ups",
    summary: "Pay money into the wallet",
    status: 201,
    example: { amount: "100.00" },
  })
    .input(topUpInput)
    .mutation(({ ctx, input }) => topUpWallet(ctx.actor, input)),
});
