import { withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { getAiCatalogue } from "#server/ai/ai-catalogue.ts";
import { flushUsageLinks } from "#server/ai/link-usage.ts";
import { createAiProvider } from "#server/ai/save-provider.ts";
import { createOpenAiPeer } from "#server/demo/peers/openai-peer.ts";
import { servePeer } from "#server/demo/peers/serve-peer.ts";
import { freshShop, ShopPeer } from "#server/demo/peers/shop-peer.ts";
import { StripePeer } from "#server/demo/peers/stripe-peer.ts";
import { type PeerNumber, WhatsappPeer } from "#server/demo/peers/whatsapp-peer.ts";
import { connectShop } from "#server/demo/seed/connect-shop.ts";
import { systemActor } from "#server/demo/seed/system-actor.ts";
import { acceptWebhook } from "#server/inbox/accept-webhook.ts";
import { ingestWebhook } from "#server/inbox/ingest/ingest-webhook.ts";
import { newLeaseOwner, takeLease } from "#server/inbox/turn/lease.ts";
import { runTurn } from "#server/inbox/turn/run-turn.ts";
import { forget } from "#server/runtime/process.ts";
import { createOwnerKey, createTenant } from "#server/tenants/create-tenant.ts";

const STRIPE_KEY = "sk_test_house";
const OPENAI_KEY = "sk-test-openai";
const SHOP_TOKEN = "shpat_test";

/** Foreign peers on loopback and the house's own webhook door, for tests that play real conversations. */
export class TestHouse {
  readonly whatsapp = new WhatsappPeer({ statuses: false });
  readonly shop = new ShopPeer(SHOP_TOKEN, freshShop());
  private closers: (() => Promise<void>)[] = [];
  private urls = { whatsapp: "", shop: "", openai: "", stripe: "", door: "" };

  /** Where the OpenAI-like peer answers, and to which key. */
  get openai(): { url: string; key: string } {
    return { url: this.urls.openai, key: OPENAI_KEY };
  }

  /** Opens the peers and tells the outbound guard that they are meant. */
  async open(): Promise<void> {
    Object.assign(process.env, { ENCRYPTION_KEY: "k".repeat(40), AUTH_SECRET: "s".repeat(40) });
    const door = (request: Request) => {
      const [, channelId = ""] = /\/whatsapp\/([\w-]+)$/.exec(new URL(request.url).pathname) ?? [];
      return acceptWebhook(request, "whatsapp", channelId);
    };
    const peers = {
      whatsapp: this.whatsapp.handle,
      shop: this.shop.handle,
      openai: createOpenAiPeer(OPENAI_KEY),
      stripe: new StripePeer(STRIPE_KEY).handle,
      door,
    };
    for (const [name, handler] of Object.entries(peers)) {
      const served = await servePeer(handler);
      this.urls[name as keyof typeof this.urls] = served.url;
      this.closers.push(served.close);
    }
    process.env.OUTBOUND_ALLOW_PRIVATE = Object.values(this.urls)
      .map((url) => new URL(url).host)
      .join(",");
    Object.assign(process.env, { STRIPE_SECRET_KEY: STRIPE_KEY, STRIPE_API_BASE: this.urls.stripe });
    forget("env");
  }

  async close(): Promise<void> {
    await this.whatsapp.settled();
    await Promise.all(this.closers.map((close) => close()));
  }

  /** A shop with its own number, store, intents, published purchase flow, AI provider and an owner's API key. */
  async addShop(slug: string, phoneNumberId: string) {
    const tenant = {
      name: slug,
      slug,
      sandbox: true,
      currency: "USD",
      timezone: "UTC",
      billingEmail: `billing@${slug}.test`,
      status: "active",
      website: `https://${slug}.test`,
    };
    const tenantId = await createTenant(tenant);
    const actor = systemActor(tenantId);
    const number = {
      phoneNumberId,
      accessToken: `token-${slug}`,
      appSecret: `secret-${slug}`,
      verifyToken: `verify-${slug}`,
    };
    const connected = await connectShop(actor, {
      whatsapp: { ...number, apiBaseUrl: this.urls.whatsapp },
      shop: { baseUrl: `${this.urls.shop}/admin/api/2024-01`, accessToken: SHOP_TOKEN },
    });
    const provider = await createAiProvider(actor, {
      name: "Peer",
      type: "openai",
      apiBaseUrl: `${this.urls.openai}/v1`,
      apiKey: OPENAI_KEY,
      model: "gpt-4",
      isDefault: true,
    });
    const entry: PeerNumber = {
      ...number,
      displayNumber: "+15550001111",
      webhookUrl: `${this.urls.door}/api/webhooks/whatsapp/${connected.channel.id}`,
    };
    this.whatsapp.register(entry);
    const key = await createOwnerKey(tenantId, "Owner", true);
    return { ...connected, tenantId, actor, slug, key, number, providerId: provider.id, entry };
  }

  /** A customer writes on WhatsApp, through the signed webhook; the turn is worked off at once. */
  async say(shop: TestShop, phone: string, text: string): Promise<string> {
    await getAiCatalogue(shop.tenantId);
    await this.whatsapp.customerSays(shop.number.phoneNumberId, { phone, name: "John Doe" }, { text });
    const conversationId = await workOff(shop.tenantId);
    await flushUsageLinks();
    return conversationId;
  }
}

export type TestShop = Awaited<ReturnType<TestHouse["addShop"]>>;

/** Works off every journalled webhook and queued message of a tenant, as the background function would. */
export async function workOff(tenantId: TenantId): Promise<string> {
  const owner = newLeaseOwner();
  const journal = await withTenant(
    tenantId,
    (tx) =>
      tx.sql`select id, channel_id from webhook_journal where tenant_id = ${tenantId} and status = 'received' order by id`,
  );
  for (const row of journal) {
    const { channel_id: channelId, id } = row;
    await ingestWebhook({ tenantId, channelId: String(channelId), journalId: String(id), leaseOwner: owner });
  }
  const waiting = await withTenant(
    tenantId,
    (tx) =>
      tx.sql`select distinct conversation_id as id from conversation_inbox where tenant_id = ${tenantId} and handled_at is null`,
  );
  for (const row of waiting) {
    if (await takeLease(tenantId, String(row.id), owner)) await runTurn(tenantId, String(row.id), owner);
  }
  return String(waiting.at(-1)?.id ?? "");
}
