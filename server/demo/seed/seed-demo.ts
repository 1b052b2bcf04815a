import { withSystem } from "#db/system.ts";
import { withTenant } from "#db/tenant.ts";
import { SYSTEM_ROLES } from "#domain/access/roles.ts";
import { costAlertInput } from "#domain/billing/cost-alert.ts";
import { previousMonth } from "#domain/billing/period.ts";
import { quotaInput } from "#domain/billing/quota.ts";
import { localDay } from "#domain/billing/time-zone.ts";
import { channelCreate } from "#domain/channels/channel-input.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { productSupportFlow } from "#domain/flows/examples/product-support.ts";
import { flowCreate } from "#domain/flows/flow-input.ts";
import { setDefault } from "#server/ai/save-provider.ts";
import { hashPassword } from "#server/auth/password.ts";
import { createCostAlert } from "#server/billing/cost-alerts.ts";
import { runInvoices } from "#server/billing/invoices/run-invoices.ts";
import { createQuota } from "#server/billing/quotas.ts";
import { scheduleBilling } from "#server/billing/subscriptions/schedule-billing.ts";
import { startSubscription } from "#server/billing/subscriptions/start-subscription.ts";
import { createChannel } from "#server/channels/save-channel.ts";
import { publishFlow } from "#server/flows/publish-flow.ts";
import { createFlow } from "#server/flows/save-flow.ts";
import { recordSystemEvent } from "#server/runtime/system-event.ts";
import { addMember, createOwnerKey, createTenant, type NewTenant } from "#server/tenants/create-tenant.ts";
import { demoPassword, demoSecrets, saveDemoSecrets } from "../demo-secrets.ts";
import { connectShop } from "./connect-shop.ts";
import { addPast, type PastCustomer } from "./past-conversations.ts";
import { addPastMoney } from "./past-money.ts";
import { addPastPurchase } from "./past-purchase.ts";
import { addPastUsage, topUpSpend } from "./past-usage.ts";
import { seedPlatform } from "./seed-platform.ts";
import { systemActor } from "./system-actor.ts";

const NAMES: Record<(typeof SYSTEM_ROLES)[number], string> = {
  owner: "Maya Chen",
  admin: "Leo Brandt",
  manager: "Priya Raman",
  agent: "Hugo Vidal",
  operator: "Lena Fischer",
  viewer: "Tom Okafor",
};

const person = (
  name: string,
  phone: string,
  conversations: number,
  more: Partial<PastCustomer> = {},
): PastCustomer => ({
  name,
  phone,
  conversations,
  email: `${name.toLowerCase().replaceAll(/[^a-z]+/g, ".")}@example.com`,
  externalId: null,
  language: "en",
  tags: [],
  ...more,
});

const SHOP_CUSTOMERS = [
  person("John Doe", "+12025550142", 11, {
    email: "john@example.com",
    externalId: "cust_abc123",
    tags: ["high-value", "frequent-buyer", "tech-products"],
  }),
  person("Grace Lin", "+12025550143", 4, { externalId: "cust_lin" }),
  person("Sofía Marín", "+34910550144", 3, { language: "es", email: "sofia.marin@example.com" }),
  person("Hugo Duval", "+33140550145", 2),
  person("Ahmed Al-Sayed", "+971405501460", 3, { language: "ar" }),
  person("Lena Sommer", "+49305550147", 2, { language: "de" }),
];
const FOOD_CUSTOMERS = [
  person("Trattoria Bella", "+12025550171", 4, { externalId: "MARIO001", tags: ["restaurant"] }),
  person("Green Bowl", "+12025550172", 3, { externalId: "MARIO002", tags: ["restaurant"] }),
];

async function addPeople(tenantId: TenantId, domain: string): Promise<void> {
  for (const role of SYSTEM_ROLES) {
    const email = `${role}@${domain}`;
    await addMember(tenantId, {
      email,
      name: NAMES[role],
      passwordHash: await hashPassword(demoPassword(email)),
      role,
    });
  }
}

type Story = {
  tenant: NewTenant;
  domain: string;
  planId: string;
  providerId: string;
  customers: PastCustomer[];
  usageDays: number;
  size: number;
};

/** One tenant with its people, plan, channels, shop, flows, past and limits. */
async function seedTenant(story: Story): Promise<TenantId> {
  const { tenant } = story;
  const tenantId = await createTenant(tenant);
  const actor = systemActor(tenantId);
  const secrets = demoSecrets();
  const number = secrets.whatsapp[tenant.slug];
  if (!number) throw new Error(`The demo has no number for ${tenant.slug}.`);
  await addPeople(tenantId, story.domain);
  secrets.apiKeys[tenant.slug] = await createOwnerKey(tenantId, "Demo key", tenant.sandbox);
  const started = new Date(Date.now() - 90 * 86_400_000).toISOString();
  await withTenant(tenantId, async (tx) => {
    await startSubscription(tx, { planId: story.planId, startedAt: started });
    await scheduleBilling(tx);
  });
  await withTenant(tenantId, (tx) => setDefault(tx, story.providerId, true));
  const { displayNumber: _, ...settings } = number;
  const shop = await connectShop(
    actor,
    {
      whatsapp: { ...settings, apiBaseUrl: "self:/api/demo/whatsapp" },
      shop: { baseUrl: "self:/api/demo/shop/admin/api/2024-01", accessToken: secrets.shopToken },
    },
    "WhatsApp",
  );
  await withTenant(
    tenantId,
    (tx) =>
      tx.sql`update channels set status = 'connected' where tenant_id = ${tenantId} and id = ${shop.channel.id}`,
  );
  await createChannel(actor, channelCreate.parse({ type: "api", name: "Own app", settings: {} }));
  const support = productSupportFlow(shop);
  const flow = await createFlow(
    actor,
    flowCreate.parse({
      name: "Product Support",
      description: "Answers one question about a product.",
      ...support,
    }),
  );
  await publishFlow(actor, { id: flow.id, note: "Initial version" });
  await addPast(tenantId, shop.channel.id, story.customers, 80);
  await addPastPurchase(tenantId, String(shop.flowVersionId));
  await recordSystemEvent({
    kind: "demo.seeded",
    source: "seed",
    severity: 0,
    message: `The demo of ${tenant.name} was made.`,
    tenantId,
  });
  await addPastUsage(tenantId, story.usageDays, story.size);
  return tenantId;
}

async function addLimits(tenantId: TenantId, budget: string, limit: string, emails: string[]): Promise<void> {
  const actor = systemActor(tenantId);
  await createCostAlert(
    actor,
    costAlertInput.parse({ name: "Monthly spend", budget, marks: ["100"], emails }),
  );
  await createQuota(actor, quotaInput.parse({ name: "All services", limit, notifyEmails: emails }));
}

/**
 * The demo: the platform and two tenants with one story each, so that isolation can be seen. Everything is made by the
 * same deeds as a person's; only the past (old conversations) is written as rows.
 */
export async function seedDemo(): Promise<void> {
  const { planIds, providers } = await seedPlatform();
  const shopeasy = await seedTenant({
    tenant: {
      name: "ShopEasy",
      slug: "shopeasy",
      sandbox: true,
      currency: "USD",
      timezone: "America/New_York",
      status: "active",
      billingEmail: "cfo@shopeasy.com",
      website: "https://shopeasy.com",
      taxRatePercent: "10",
    },
    domain: "shopeasy.com",
    planId: planIds.pro,
    providerId: providers.openai,
    customers: SHOP_CUSTOMERS,
    usageDays: 75,
    size: 4,
  });
  const mario = await seedTenant({
    tenant: {
      name: "Mario Foods",
      slug: "mario-foods",
      sandbox: true,
      currency: "USD",
      timezone: "America/Chicago",
      status: "active",
      billingEmail: "office@mario-foods.com",
      website: "https://mario-foods.com",
    },
    domain: "mario-foods.com",
    planId: planIds.free,
    providerId: providers.openai,
    customers: FOOD_CUSTOMERS,
    usageDays: 40,
    size: 1,
  });
  await topUpSpend(shopeasy, "245.50", "America/New_York");
  await addLimits(shopeasy, "250", "100000", ["cfo@shopeasy.com", "admin@shopeasy.com"]);
  await addLimits(mario, "500", "100000", ["office@mario-foods.com"]);
  // The month before the last is billed too, so that there is a bill which was paid.
  const lastMonth = previousMonth(localDay("America/New_York", Date.now()));
  await runInvoices({ tenantId: shopeasy, period: previousMonth(lastMonth).slice(0, 7) });
  for (const tenantId of [shopeasy, mario]) await runInvoices({ tenantId });
  await addPastMoney([shopeasy, mario]);
  await withSystem(
    "seed demo",
    (tx) =>
      tx.sql`insert into platform_settings (key, value) values ('demo', 'true') on conflict (key) do update set value = 'true'`,
  );
  saveDemoSecrets();
}
