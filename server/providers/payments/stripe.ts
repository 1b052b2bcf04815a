import Stripe from "stripe";
import { AppError } from "#domain/core/app-error.ts";
import { resolveSelf } from "#server/runtime/net/guarded-fetch.ts";
import type {
  ChargeRequest,
  GatewayAccount,
  GatewayPayment,
  GatewayRefund,
  PaymentGateway,
} from "./payment-gateway.ts";
import {
  claimOf,
  fromUnits,
  idOf,
  type Loose,
  methodOf,
  paymentOf,
  sessionOf,
  subjectOf,
  textOf,
  toUnits,
} from "./stripe-objects.ts";

const TOLERANCE_SECONDS = 300;

/** Sends what is meant for Stripe to another base, which may have a path. */
function rebased(apiBaseUrl: string) {
  const base = resolveSelf(apiBaseUrl).replace(/\/+$/, "");
  return (address: string | URL | Request, init?: RequestInit) => {
    const { pathname, search } = new URL(address instanceof Request ? address.url : address);
    return fetch(`${base}${pathname}${search}`, init);
  };
}

function clientOf(account: GatewayAccount): Stripe {
  const key = account.credentials.secretKey;
  if (!key) {
    const message = "Stripe has no secret key. Set STRIPE_SECRET_KEY, or the gateway's credentials.";
    throw new AppError("precondition", "payments.gateway_not_set_up", message);
  }
  const { apiBaseUrl } = account;
  return new Stripe(key, {
    maxNetworkRetries: 2,
    timeout: 30_000,
    telemetry: false,
    ...(apiBaseUrl ? { httpClient: Stripe.createFetchHttpClient(rebased(apiBaseUrl)) } : {}),
  });
}

/** Errors of the SDK in the house's words: what may be tried again is `unavailable`. */
function gatewayError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof Stripe.errors.StripeAuthenticationError) {
    return new AppError("precondition", "payments.gateway_refused", "Stripe does not accept the secret key.");
  }
  if (error instanceof Stripe.errors.StripeIdempotencyError) {
    return new AppError("conflict", "payments.idempotency", "Stripe knows this payment with other figures.");
  }
  if (error instanceof Stripe.errors.StripeInvalidRequestError) {
    return new AppError("precondition", "payments.gateway_refused", `Stripe refused: ${error.message}`);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError("unavailable", "payments.gateway_unavailable", `Stripe did not answer: ${reason}`);
}

async function ask<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw gatewayError(error);
  }
}

function refusedPayment(error: unknown, request: ChargeRequest): GatewayPayment | null {
  const refused =
    error instanceof Stripe.errors.StripeCardError ||
    error instanceof Stripe.errors.StripeInvalidRequestError;
  if (!refused) return null;
  const base: GatewayPayment = error.payment_intent
    ? paymentOf(error.payment_intent)
    : {
        externalId: null,
        chargeId: error.charge ?? null,
        reference: request.paymentId,
        status: "failed",
        amount: request.amount,
        currency: request.currency,
        refunded: 0n,
        failureCode: null,
        failureReason: null,
        receiptUrl: null,
        customerId: request.customer.externalId,
        methodLabel: null,
        checkoutUrl: null,
      };
  const code = error.decline_code ?? error.code ?? null;
  return { ...base, status: "failed", failureCode: code, failureReason: error.message };
}

async function chargeSaved(stripe: Stripe, request: ChargeRequest): Promise<GatewayPayment> {
  const { paymentId, amount, currency, description, customer, methodId } = request;
  try {
    const intent = await stripe.paymentIntents.create(
      {
        amount: toUnits(amount, currency),
        currency: currency.toLowerCase(),
        ...(customer.externalId ? { customer: customer.externalId } : {}),
        payment_method: methodId ?? "",
        off_session: true,
        confirm: true,
        description,
        receipt_email: customer.email,
        metadata: { ...request.metadata, paymentId },
        expand: ["latest_charge"],
      },
      { idempotencyKey: `payment-${paymentId}` },
    );
    return paymentOf(intent);
  } catch (error) {
    const refused = refusedPayment(error, request);
    if (refused) return refused;
    throw gatewayError(error);
  }
}

async function openCheckout(stripe: Stripe, request: ChargeRequest): Promise<GatewayPayment> {
  const { paymentId, amount, currency, description, customer, returnUrl } = request;
  const metadata = { ...request.metadata, paymentId };
  const session = await ask(() =>
    stripe.checkout.sessions.create(
      {
        mode: "payment",
        client_reference_id: paymentId,
        ...(customer.externalId ? { customer: customer.externalId } : { customer_email: customer.email }),
        line_items: [
          {
            quantity: 1,
            price_data: {
              currency: currency.toLowerCase(),
              unit_amount: toUnits(amount, currency),
              product_data: { name: description },
            },
          },
        ],
        payment_intent_data: { description, metadata, setup_future_usage: "off_session" },
        metadata,
        success_url: returnUrl,
        cancel_url: returnUrl,
      },
      { idempotencyKey: `checkout-${paymentId}` },
    ),
  );
  return { ...sessionOf(session), amount, currency };
}

/** Stripe, through its own SDK; amounts as integer minor units, every write with an idempotency key. */
export const stripeGateway: PaymentGateway = {
  provider: "stripe",
  credentials: ["secretKey"],
  settings: [],
  createCustomer: (account, { key, name, email, tenantId }) =>
    ask(async () => {
      const options = { idempotencyKey: `customer-${key}` };
      return (await clientOf(account).customers.create({ name, email, metadata: { tenantId } }, options)).id;
    }),
  openSetup: (account, { key, customerId, currency, returnUrl, metadata }) =>
    ask(async () => {
      const session = await clientOf(account).checkout.sessions.create(
        {
          mode: "setup",
          customer: customerId,
          currency: currency.toLowerCase(),
          metadata: { ...metadata },
          success_url: returnUrl,
          cancel_url: returnUrl,
        },
        { idempotencyKey: `setup-${key}` },
      );
      return { externalId: session.id, url: session.url ?? "" };
    }),
  findSavedMethod: (account, setupId) =>
    ask(async () => {
      const stripe = clientOf(account);
      const session = await stripe.checkout.sessions.retrieve(setupId, { expand: ["setup_intent"] });
      const intent = session.setup_intent;
      const methodId = intent && typeof intent !== "string" ? idOf(intent.payment_method) : null;
      return methodId ? methodOf(await stripe.paymentMethods.retrieve(methodId)) : null;
    }),
  attachMethod: (account, methodId, customerId) =>
    ask(async () =>
      methodOf(await clientOf(account).paymentMethods.attach(methodId, { customer: customerId })),
    ),
  detachMethod: (account, methodId) =>
    ask(async () => void (await clientOf(account).paymentMethods.detach(methodId))),
  openPortal: (account, customerId, returnUrl) =>
    ask(async () => {
      const asked = { customer: customerId, return_url: returnUrl };
      return (await clientOf(account).billingPortal.sessions.create(asked)).url;
    }),
  charge: async (account, request) =>
    request.methodId ? chargeSaved(clientOf(account), request) : openCheckout(clientOf(account), request),
  getPayment: (account, externalId) =>
    ask(async () => {
      const stripe = clientOf(account);
      if (externalId.startsWith("cs_")) {
        const expand = ["payment_intent.latest_charge"];
        return sessionOf(await stripe.checkout.sessions.retrieve(externalId, { expand }));
      }
      return paymentOf(await stripe.paymentIntents.retrieve(externalId, { expand: ["latest_charge"] }));
    }),
  cancel: (account, externalId) =>
    ask(async () => {
      const stripe = clientOf(account);
      if (externalId.startsWith("cs_")) await stripe.checkout.sessions.expire(externalId);
      else await stripe.paymentIntents.cancel(externalId);
    }),
  refund: (account, { refundId, payment, amount, currency, reason }) =>
    ask(async (): Promise<GatewayRefund> => {
      const made = await clientOf(account).refunds.create(
        {
          payment_intent: payment.externalId,
          amount: toUnits(amount, currency),
          metadata: { refundId, reason: reason.slice(0, 500) },
        },
        { idempotencyKey: `refund-${refundId}` },
      );
      const failed = made.status === "failed" || made.status === "canceled";
      return {
        externalId: made.id,
        status: made.status === "succeeded" ? "succeeded" : failed ? "failed" : "pending",
        amount: fromUnits(made.amount, made.currency),
        currency: made.currency.toUpperCase(),
        failureReason: made.failure_reason ?? null,
      };
    }),
  verifyWebhook: (account, { headers, rawBody }) =>
    account.webhookSecrets.some((secret) => {
      try {
        // Not constructEvent: a body that is no JSON is journalled all the same.
        const header = headers.get("stripe-signature") ?? "";
        return Stripe.webhooks.signature?.verifyHeader(rawBody, header, secret, TOLERANCE_SECONDS) ?? false;
      } catch {
        return false;
      }
    }),
  parseWebhook: ({ rawBody }) => {
    const event = JSON.parse(rawBody.toString("utf8")) as Loose;
    if (typeof event.id !== "string" || typeof event.type !== "string") throw new Error("This is no event.");
    const object = ((event.data as Loose | undefined)?.object ?? {}) as Loose;
    const metadata = (object.metadata ?? {}) as Loose;
    const subject = subjectOf(object);
    const own = object.object === "payment_intent" || object.object === "checkout.session";
    return {
      deliveryKey: event.id,
      type: event.type,
      subject,
      reference: textOf(metadata.paymentId) ?? textOf(object.client_reference_id),
      claimed: own && subject.kind === "payment" ? claimOf(object) : null,
    };
  },
};
