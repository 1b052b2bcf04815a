import type { Amount } from "#domain/money/amount.ts";

/** An account at a provider, opened: its keys, the secrets its webhooks may be signed with, where it is reached. */
export type GatewayAccount = {
  provider: string;
  /** Replaces the provider's documented base address; for sandboxes and test peers. */
  apiBaseUrl: string | null;
  credentials: Readonly<Record<string, string>>;
  /** The newest first: after a rotation, events that are sent again still carry the old one. */
  webhookSecrets: readonly string[];
  settings: Readonly<Record<string, string>>;
  /** The absolute address that the provider posts to; part of what some of them sign. */
  webhookUrl: string;
};

export type GatewayPaymentStatus = "pending" | "processing" | "succeeded" | "failed" | "cancelled";

/** A payment as the provider states it at this moment. */
export type GatewayPayment = {
  /** Null: the provider refused before it made one. */
  externalId: string | null;
  chargeId: string | null;
  /** Our payment's id, as the provider kept it; null where it keeps none. */
  reference: string | null;
  status: GatewayPaymentStatus;
  amount: Amount;
  currency: string;
  refunded: Amount;
  failureCode: string | null;
  failureReason: string | null;
  receiptUrl: string | null;
  customerId: string | null;
  methodLabel: string | null;
  /** Where a person has to go to pay or to confirm; null when nobody has to. */
  checkoutUrl: string | null;
};

export type ChargeRequest = {
  /** Our payment's id; the provider's idempotency key is made of it, so a repeat never charges twice. */
  paymentId: string;
  amount: Amount;
  currency: string;
  description: string;
  customer: { externalId: string | null; name: string; email: string };
  /** A saved method: charged at once without the payer. Null: the answer has a checkout address. */
  methodId: string | null;
  returnUrl: string;
  metadata: Readonly<Record<string, string>>;
};

export type RefundRequest = {
  refundId: string;
  payment: { externalId: string; chargeId: string | null };
  amount: Amount;
  currency: string;
  reason: string;
};

export type GatewayRefund = {
  externalId: string;
  status: "pending" | "succeeded" | "failed";
  amount: Amount;
  currency: string;
  failureReason: string | null;
};

/** A means of payment that the provider keeps. */
export type GatewayMethod = {
  externalId: string;
  kind: string;
  brand: string | null;
  last4: string | null;
  expMonth: number | null;
  expYear: number | null;
};

export type CustomerRequest = { key: string; name: string; email: string; tenantId: string };

export type SetupRequest = {
  key: string;
  customerId: string;
  currency: string;
  returnUrl: string;
  metadata: Readonly<Record<string, string>>;
};

/** What a webhook is about. It is only a hint: the object itself is fetched again and that answer counts. */
export type WebhookNote = {
  /** Unique for the event, not for the delivery. */
  deliveryKey: string;
  type: string;
  subject:
    | { kind: "payment"; externalId: string }
    | { kind: "setup"; externalId: string }
    | { kind: "other" };
  /** Our payment's id, where the event carries it. */
  reference: string | null;
  /** The sum that the event names, compared with the payment before anything else. */
  claimed: { amount: Amount; currency: string } | null;
};

export type WebhookRequest = { headers: Headers; rawBody: Buffer };

/**
 * A payment provider. Methods throw `unavailable` when it is unknown whether the provider did it (the call may be
 * repeated with the same ids), `precondition` when the account is not usable; a refusal of the money is an answer.
 */
export type PaymentGateway = {
  provider: string;
  /** Names of the credentials that an account needs, and of the settings it may have. */
  credentials: readonly string[];
  settings: readonly string[];
  /** Its webhooks name an object and nothing more, unsigned: a repeat may mean news, an unknown object nothing. */
  unsigned?: true;
  createCustomer?(account: GatewayAccount, request: CustomerRequest): Promise<string>;
  /** Opens a page on which the payer saves a means of payment. */
  openSetup?(account: GatewayAccount, request: SetupRequest): Promise<{ externalId: string; url: string }>;
  /** What a finished setup saved; null while it is not finished. */
  findSavedMethod?(account: GatewayAccount, setupId: string): Promise<GatewayMethod | null>;
  /** Ties a method that the payer's browser made to the customer. */
  attachMethod?(account: GatewayAccount, methodId: string, customerId: string): Promise<GatewayMethod>;
  detachMethod?(account: GatewayAccount, methodId: string): Promise<void>;
  /** The provider's own page of the customer: cards, receipts. */
  openPortal?(account: GatewayAccount, customerId: string, returnUrl: string): Promise<string>;
  charge(account: GatewayAccount, request: ChargeRequest): Promise<GatewayPayment>;
  getPayment(account: GatewayAccount, externalId: string): Promise<GatewayPayment>;
  /** Withdraws a checkout that nobody paid yet, so that it cannot be paid beside another. */
  cancel?(account: GatewayAccount, externalId: string): Promise<void>;
  refund(account: GatewayAccount, request: RefundRequest): Promise<GatewayRefund>;
  /** Whether the webhook is the provider's, over the raw bytes. */
  verifyWebhook(account: GatewayAccount, request: WebhookRequest): boolean | Promise<boolean>;
  /** Reads a verified webhook. Throws for a body that is none. */
  parseWebhook(request: WebhookRequest): WebhookNote;
};
