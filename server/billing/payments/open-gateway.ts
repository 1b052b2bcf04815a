import { withSystem } from "#db/system.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { findAdapter } from "#server/providers/payments/gateways.ts";
import type { GatewayAccount, PaymentGateway } from "#server/providers/payments/payment-gateway.ts";
import { env } from "#server/runtime/env.ts";
import { decryptSecret, PLATFORM_OWNER } from "#server/runtime/secrets.ts";

type Row = Record<string, unknown>;

/** The rows that migrations made: Stripe's, which may take its account from the environment, and the bank transfer's. */
export const STRIPE_GATEWAY = "01900000-0000-7000-8000-000000000001";
export const MANUAL_GATEWAY = "01900000-0000-7000-8000-000000000021";

/** What a gateway's sealed values are authenticated with. */
export const gatewaySecretRow = (id: string, column: string) => `payment_gateways:${id}:${column}`;

/** Where a provider posts its webhooks for a gateway. */
export function gatewayWebhookUrl(id: string, provider: string): string {
  const path = id === STRIPE_GATEWAY ? "stripe" : `payments/${provider}/${id}`;
  return `${env().appUrl}/api/webhooks/${path}`;
}

export type OpenGateway = {
  id: string;
  provider: string;
  name: string;
  active: boolean;
  adapter: PaymentGateway | null;
  account: GatewayAccount;
};

async function unseal(row: Row, column: "credentials" | "webhook_secrets"): Promise<unknown> {
  const sealed = row[column] as string | null;
  if (!sealed) return null;
  return JSON.parse(await decryptSecret(PLATFORM_OWNER, gatewaySecretRow(String(row.id), column), sealed));
}

async function open(row: Row, withEnvironment = true): Promise<OpenGateway> {
  const [id, provider] = [String(row.id), String(row.provider)];
  const credentials = ((await unseal(row, "credentials")) ?? {}) as Record<string, string>;
  const webhookSecrets = ((await unseal(row, "webhook_secrets")) ?? []) as string[];
  const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_BASE } = env();
  const own = withEnvironment && id === STRIPE_GATEWAY;
  // What the environment says about the platform's own account wins over what is stored, as a whole.
  const environment = own && STRIPE_SECRET_KEY !== undefined;
  if (environment) credentials.secretKey = STRIPE_SECRET_KEY;
  if (own && STRIPE_WEBHOOK_SECRET) webhookSecrets.unshift(STRIPE_WEBHOOK_SECRET);
  const stored = environment ? null : (row.api_base_url as string | null);
  return {
    id,
    provider,
    name: String(row.name),
    active: Boolean(row.active),
    adapter: findAdapter(provider),
    account: {
      provider,
      apiBaseUrl: stored ?? (provider === "stripe" ? (STRIPE_API_BASE ?? null) : null),
      credentials,
      webhookSecrets,
      settings: row.settings as Record<string, string>,
      webhookUrl: gatewayWebhookUrl(id, provider),
    },
  };
}

/**
 * One of the platform's gateways with its keys opened: Stripe's also out of the environment, unless only what is
 * stored is wanted. Throws `not_found`. Never show what this returns.
 */
export async function openGateway(id: string, from: "all" | "stored" = "all"): Promise<OpenGateway> {
  const [row] = await withSystem(
    "open a payment gateway",
    (tx) => tx.sql`select * from payment_gateways where id = ${id} and archived_at is null`,
  );
  if (!row) throw notFound("payment_gateway");
  return open(row, from === "all");
}

/** Whether a gateway can take money: active, with an adapter and the keys that it needs. */
export function isUsable(gateway: OpenGateway): gateway is OpenGateway & { adapter: PaymentGateway } {
  const { adapter, account, active } = gateway;
  if (!active || !adapter) return false;
  return adapter.credentials.every((name) => account.credentials[name]);
}

/** The gateway asked for, or the first usable one. Throws `precondition` where none can take money. */
export async function openUsableGateway(id?: string | null) {
  const gateways = id ? [await openGateway(id)] : await openActive();
  const usable = gateways.find(isUsable);
  if (usable) return usable;
  const message =
    "No payment provider is set up for this. Pay by bank transfer; it is entered when it arrives.";
  throw new AppError("precondition", "payments.no_gateway", message);
}

export async function openActive(): Promise<OpenGateway[]> {
  const rows = await withSystem(
    "open payment gateways",
    (tx) => tx.sql`select * from payment_gateways where active and archived_at is null order by id`,
  );
  return Promise.all(rows.map((row) => open(row)));
}
