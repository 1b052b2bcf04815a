import { aiProvidersRouter } from "#server/ai/router.ts";
import { meRouter, sessionsRouter } from "#server/auth/router.ts";
import { exchangeRatesRouter } from "#server/billing/exchange-rate-router.ts";
import {
  invoiceRunsRouter,
  lateUsageRouter,
  platformInvoicesRouter,
} from "#server/billing/invoices/platform-router.ts";
import { invoicesRouter } from "#server/billing/invoices/router.ts";
import {
  paymentEventsRouter,
  paymentGatewaysRouter,
  platformCreditNotesRouter,
  platformPaymentsRouter,
} from "#server/billing/payments/platform-router.ts";
import {
  billingProfileRouter,
  creditNotesRouter,
  paymentMethodsRouter,
  paymentsRouter,
  walletRouter,
} from "#server/billing/payments/router.ts";
import {
  plansRouter,
  pricingHistoryRouter,
  pricingPreviewRouter,
  pricingRulesRouter,
  profitRouter,
  providerPricesRouter,
  reconcileRouter,
} from "#server/billing/platform-router.ts";
import { priceImportsRouter, priceProposalsRouter } from "#server/billing/price-import-router.ts";
import {
  costAlertsRouter,
  pricingRouter,
  quotasRouter,
  subscriptionRouter,
  usageRouter,
} from "#server/billing/router.ts";
import { channelsRouter } from "#server/channels/router.ts";
import { connectorsRouter } from "#server/connectors/router.ts";
import { customersRouter } from "#server/customers/router.ts";
import { demoRouter } from "#server/demo/router.ts";
import { flowExecutionsRouter, flowsRouter } from "#server/flows/router.ts";
import { conversationsRouter } from "#server/inbox/conversations/router.ts";
import { messagesRouter } from "#server/inbox/messages/router.ts";
import { inboxRouter } from "#server/inbox/router.ts";
import { intentsRouter } from "#server/intents/router.ts";
import { liveRouter } from "#server/live/router.ts";
import {
  apiKeysRouter,
  auditLogRouter,
  permissionsRouter,
  rolesRouter,
  usersRouter,
} from "#server/people/router.ts";
import {
  mailRouter,
  platformAiProvidersRouter,
  platformSystemEventsRouter,
  systemEventsRouter,
  tenantsRouter,
  webhookJournalRouter,
} from "#server/platform/router.ts";
import { shellRouter } from "#server/shell/router.ts";
import { templatesRouter } from "#server/templates/router.ts";
import { router } from "./procedures.ts";

/** Every procedure of the house. A feature adds its router here and nowhere else. */
export const appRouter = router({
  aiProviders: aiProvidersRouter,
  apiKeys: apiKeysRouter,
  auditLog: auditLogRouter,
  billingProfile: billingProfileRouter,
  channels: channelsRouter,
  connectors: connectorsRouter,
  conversations: conversationsRouter,
  costAlerts: costAlertsRouter,
  creditNotes: creditNotesRouter,
  customers: customersRouter,
  demo: demoRouter,
  flowExecutions: flowExecutionsRouter,
  flows: flowsRouter,
  inbox: inboxRouter,
  intents: intentsRouter,
  invoiceRuns: invoiceRunsRouter,
  invoices: invoicesRouter,
  lateUsage: lateUsageRouter,
  live: liveRouter,
  mail: mailRouter,
  me: meRouter,
  messages: messagesRouter,
  paymentEvents: paymentEventsRouter,
  paymentGateways: paymentGatewaysRouter,
  paymentMethods: paymentMethodsRouter,
  payments: paymentsRouter,
  permissions: permissionsRouter,
  plans: plansRouter,
  platformAiProviders: platformAiProvidersRouter,
  platformCreditNotes: platformCreditNotesRouter,
  platformInvoices: platformInvoicesRouter,
  platformPayments: platformPaymentsRouter,
  platformSystemEvents: platformSystemEventsRouter,
  pricing: pricingRouter,
  pricingHistory: pricingHistoryRouter,
  pricingPreview: pricingPreviewRouter,
  exchangeRates: exchangeRatesRouter,
  priceImports: priceImportsRouter,
  priceProposals: priceProposalsRouter,
  pricingRules: pricingRulesRouter,
  providerPrices: providerPricesRouter,
  quotas: quotasRouter,
  profit: profitRouter,
  reconcile: reconcileRouter,
  roles: rolesRouter,
  sessions: sessionsRouter,
  shell: shellRouter,
  subscription: subscriptionRouter,
  systemEvents: systemEventsRouter,
  templates: templatesRouter,
  tenants: tenantsRouter,
  usage: usageRouter,
  users: usersRouter,
  wallet: walletRouter,
  webhookJournal: webhookJournalRouter,
});

export type AppRouter = typeof appRouter;
