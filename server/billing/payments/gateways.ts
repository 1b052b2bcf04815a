import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import type { gatewayInput, gatewayPatchInput } from "#domain/billing/payment.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import { amountFromDatabase, formatAmount } from "#domain/money/amount.ts";
import { findAdapter } from "#server/providers/payments/gateways.ts";
import { encryptSecret, maskedTail, PLATFORM_OWNER } from "#server/runtime/secrets.ts";
import { gatewaySecretRow, gatewayWebhookUrl, isUsable, openActive, openGateway } from "./open-gateway.ts";

type Row = Record<string, unknown>;
type Volume = { currency: string; volume: string };

async function toGateway(row: Row) {
  const [id, provider] = [row.id as string, row.provider as string];
  const adapter = findAdapter(provider);
  const settled = Number(row.succeeded) + Number(row.failed);
  const volumes = (row.volumes as Volume[] | null) ?? [];
  return {
    id,
    provider,
    name: row.name as string,
    region: row.region as string | null,
    isActive: row.active as boolean,
    /** `adapter`: usable with keys; `manual`: staff enter what arrives; `bring_your_own`: see the documentation. */
    support: adapter ? "adapter" : provider === "manual" ? "manual" : "bring_your_own",
    isUsable: provider === "manual" || isUsable(await openGateway(id)),
    credentialNames: [...(adapter?.credentials ?? [])],
    settingNames: [...(adapter?.settings ?? [])],
    credentials: row.tails as Record<string, string>,
    apiBaseUrl: row.api_base_url as string | null,
    settings: row.settings as Record<string, string>,
    webhookUrl: adapter ? gatewayWebhookUrl(id, provider) : null,
    totalTransactions: Number(row.transactions),
    totalVolume: volumes.map(({ currency, volume }) => ({
      currency,
      amount: formatAmount(amountFromDatabase(volume)),
    })),
    /** Of the payments with an outcome, in per cent with two decimals; null without any. */
    successRate:
      settled === 0 ? null : (Math.round((Number(row.succeeded) * 10_000) / settled) / 100).toFixed(2),
    createdAt: row.created_at as string,
  };
}

export type Gateway = Awaited<ReturnType<typeof toGateway>>;

async function select(where: { id?: string; after?: string | null; limit?: number }): Promise<Row[]> {
  const { id = null, after = null, limit = 1 } = where;
  return withSystem(
    "read payment gateways",
    (tx) => tx.sql<Row[]>`
      with counted as (
        select gateway_id, currency, count(*) as n, sum(amount) filter (where status in ('succeeded', 'partially_refunded', 'refunded')) as volume,
          count(*) filter (where status in ('succeeded', 'partially_refunded', 'refunded')) as succeeded,
          count(*) filter (where status = 'failed') as failed
        from payments group by 1, 2
      )
      select g.*, coalesce(c.n, 0) as transactions, coalesce(c.succeeded, 0) as succeeded, coalesce(c.failed, 0) as failed, c.volumes
      from payment_gateways g left join (
        select gateway_id, sum(n) as n, sum(succeeded) as succeeded, sum(failed) as failed,
          json_agg(json_build_object('currency', currency, 'volume', volume::text) order by currency) filter (where volume is not null) as volumes
        from counted group by 1) c on c.gateway_id = g.id
      where g.archived_at is null and (${id}::uuid is null or g.id = ${id}::uuid)
        and (${after}::uuid is null or g.id > ${after}::uuid)
      order by g.id limit ${limit}`,
  );
}

/** Every provider the product names and every further account, with what its payments amount to. */
export async function listGateways(input: {
  limit: number;
  cursor?: string | undefined;
}): Promise<Page<Gateway>> {
  const after = decodeCursor(input.cursor, 1)?.[0] ?? null;
  const page = toPage(
    await select({ after, limit: input.limit + 1 }),
    input.limit,
    (row) => [row.id as string],
    (row) => row,
  );
  return { data: await Promise.all(page.data.map(toGateway)), nextCursor: page.nextCursor };
}

/** One of them. Throws `not_found`. */
export async function getGateway(id: string): Promise<Gateway> {
  const [row] = await select({ id });
  if (!row) throw notFound("payment_gateway");
  return toGateway(row);
}

/** The gateways that can take money now, as a payer chooses among them. */
export async function listUsableGateways() {
  const usable = (await openActive()).filter(isUsable);
  return usable.map(({ id, provider, name, adapter }) => ({
    id,
    provider,
    name,
    keepsMethods: adapter.attachMethod !== undefined,
    hasPortal: adapter.openPortal !== undefined,
  }));
}

type Patch = z.output<typeof gatewayPatchInput>;

function requireKnown(provider: string, patch: Patch): void {
  const adapter = findAdapter(provider);
  const refuse = (name: string, known: readonly string[]) => {
    const message = `${name}: ${provider} knows ${known.length === 0 ? "none" : known.join(", ")}.`;
    return new AppError("invalid", "payment_gateways.unknown_name", message);
  };
  for (const name of Object.keys(patch.credentials ?? {}))
    if (!adapter?.credentials.includes(name)) throw refuse(name, adapter?.credentials ?? []);
  for (const name of Object.keys(patch.settings ?? {}))
    if (!adapter?.settings.includes(name)) throw refuse(name, adapter?.settings ?? []);
}

/** Seals what is secret, and keeps a tail of each to be shown; the webhook secret before stays good beside a new one. */
async function seal(
  id: string,
  patch: Patch,
  own: { credentials: Record<string, string>; secrets: string[] },
) {
  const credentials = { ...own.credentials, ...patch.credentials };
  const secrets = patch.webhookSecret ? [patch.webhookSecret, ...own.secrets].slice(0, 2) : own.secrets;
  const close = (column: string, value: unknown) =>
    encryptSecret(PLATFORM_OWNER, gatewaySecretRow(id, column), JSON.stringify(value));
  const shown = Object.entries(credentials).map(([name, value]) => [name, maskedTail(value)]);
  if (secrets[0]) shown.push(["webhookSecret", maskedTail(secrets[0])]);
  return {
    credentials: await close("credentials", credentials),
    webhookSecrets: await close("webhook_secrets", secrets),
    tails: JSON.stringify(Object.fromEntries(shown)),
  };
}

/** Adds an account at a provider. Secrets are write-only. Throws `invalid` for a credential the provider has not. */
export async function createGateway(input: z.output<typeof gatewayInput>): Promise<Gateway> {
  requireKnown(input.provider, input);
  const id = newId();
  const sealed = await seal(id, input, { credentials: {}, secrets: [] });
  await withSystem(
    "add a payment gateway",
    (tx) => tx.sql`
      insert into payment_gateways (id, provider, name, region, active, credentials, webhook_secrets, tails, api_base_url, settings)
      values (${id}, ${input.provider}, ${input.name}, ${input.region ?? null}, ${input.active}, ${sealed.credentials},
        ${sealed.webhookSecrets}, ${sealed.tails}, ${input.apiBaseUrl ?? null}, ${JSON.stringify(input.settings)})`,
  );
  return getGateway(id);
}

/** Changes what is named, also inside `credentials` and `settings`. */
export async function updateGateway(id: string, patch: Patch): Promise<Gateway> {
  const { provider, account } = await openGateway(id, "stored");
  requireKnown(provider, patch);
  const secret = patch.credentials !== undefined || patch.webhookSecret !== undefined;
  const own = { credentials: { ...account.credentials }, secrets: [...account.webhookSecrets] };
  const sealed = secret ? await seal(id, patch, own) : null;
  await withSystem(
    "change a payment gateway",
    (tx) => tx.sql`
      update payment_gateways set name = coalesce(${patch.name ?? null}, name),
        region = case when ${patch.region !== undefined} then ${patch.region ?? null} else region end,
        active = coalesce(${patch.active ?? null}::boolean, active),
        credentials = coalesce(${sealed?.credentials ?? null}, credentials),
        webhook_secrets = coalesce(${sealed?.webhookSecrets ?? null}, webhook_secrets),
        tails = coalesce(${sealed?.tails ?? null}::jsonb, tails),
        api_base_url = case when ${patch.apiBaseUrl !== undefined} then ${patch.apiBaseUrl ?? null} else api_base_url end,
        settings = settings || ${JSON.stringify(patch.settings ?? {})}::text::jsonb, updated_at = now() where id = ${id}`,
  );
  return getGateway(id);
}

/** Takes an account out of service; its payments stay. The providers' own rows stay, switched off. */
export async function archiveGateway(id: string): Promise<void> {
  await openGateway(id);
  const named = id.startsWith("01900000-0000-7000-8000-0000000000");
  await withSystem(
    "archive a payment gateway",
    (tx) => tx.sql`update payment_gateways set active = false, updated_at = now(),
      archived_at = case when ${named} then null else now() end where id = ${id}`,
  );
}
