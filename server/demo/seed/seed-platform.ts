import { withSystem } from "#db/system.ts";
import { planInput } from "#domain/billing/plan.ts";
import { pricingRuleInput } from "#domain/billing/pricing-rule.ts";
import { providerPriceInput } from "#domain/billing/provider-price.ts";
import { newId } from "#domain/core/id.ts";
import { aiSecretRow } from "#server/ai/ai-catalogue.ts";
import { makeApiKey } from "#server/auth/api-key.ts";
import { hashPassword } from "#server/auth/password.ts";
import { createPlan } from "#server/billing/plans.ts";
import { createPricingRule } from "#server/billing/pricing-rules.ts";
import { createProviderPrice } from "#server/billing/provider-prices.ts";
import { seedProviderPrices } from "#server/billing/seed/seed-prices.ts";
import { encryptSecret, maskedTail, PLATFORM_OWNER } from "#server/runtime/secrets.ts";
import { demoPassword, demoSecrets } from "../demo-secrets.ts";

export const STAFF_EMAIL = "staff@aurora.test";
const SINCE = "2020-01-01T00:00:00.000Z";

/** Prices the demo's story needs beside the shipped list; gpt-4 as the first seed has it. */
const PRICES = [
  {
    provider: "openai",
    model: "gpt-4",
    serviceType: "token",
    unit: "per_1k_tokens",
    parts: { input: "0.03", output: "0.06" },
  },
  {
    provider: "offline",
    model: "aurora-offline",
    serviceType: "token",
    unit: "per_1k_tokens",
    parts: { input: "0", output: "0" },
  },
  {
    provider: "deepgram",
    model: "nova-3",
    serviceType: "voice",
    unit: "per_minute",
    parts: { amount: "0.0349" },
  },
  {
    provider: "twilio",
    model: "us-sms",
    serviceType: "sms",
    unit: "per_segment",
    parts: { amount: "0.0083", carrierFee: "0.003" },
  },
  {
    provider: "smtp",
    model: "transactional",
    serviceType: "email",
    unit: "per_unit",
    parts: { amount: "0.0009" },
  },
  {
    provider: "aurora",
    model: "traffic",
    serviceType: "bandwidth",
    unit: "per_unit",
    parts: { amount: "0.000001" },
  },
] as const;

async function addPrices(): Promise<void> {
  await seedProviderPrices();
  const known = await withSystem(
    "seed demo",
    (tx) => tx.sql`select provider, model, service_type from provider_prices`,
  );
  for (const price of PRICES) {
    const there = known.some(
      (row) =>
        row.provider === price.provider &&
        row.model === price.model &&
        row.service_type === price.serviceType,
    );
    if (!there)
      await createProviderPrice(
        providerPriceInput.parse({ ...price, currency: "USD", validFrom: SINCE }),
        "seed",
      );
  }
  for (const serviceType of ["token", "voice", "sms", "email"]) {
    await createPricingRule(
      pricingRuleInput.parse({ scope: "platform", serviceType, markupPercent: "66", validFrom: SINCE }),
      "seed",
    );
  }
  await createPricingRule(
    pricingRuleInput.parse({
      scope: "platform",
      serviceType: "bandwidth",
      markupPercent: "0",
      validFrom: SINCE,
    }),
    "seed",
  );
}

/** The platform's own provider keys: "OpenAI" at the demo's peer, and Aurora offline. */
async function addProviders(): Promise<Record<"openai" | "offline", string>> {
  const ids = { openai: newId(), offline: newId() };
  const key = demoSecrets().openAiKey;
  const sealed = await encryptSecret(PLATFORM_OWNER, aiSecretRow(ids.openai), key);
  await withSystem(
    "seed demo",
    (tx) => tx.sql`
    insert into platform_ai_providers (id, name, type, api_base_url, api_key, api_key_tail, model, priority) values
      (${ids.openai}, 'OpenAI', 'openai', 'self:/api/demo/openai/v1', ${sealed}, ${maskedTail(key)}, 'gpt-4', 10),
      (${ids.offline}, 'Aurora offline', 'offline', null, null, null, 'aurora-offline', -10)`,
  );
  return ids;
}

async function addStaff(): Promise<void> {
  const { key, hash, tail } = makeApiKey("sk_op_");
  demoSecrets().apiKeys.platform = key;
  const passwordHash = await hashPassword(demoPassword(STAFF_EMAIL));
  await withSystem("seed demo", async (tx) => {
    await tx.sql`insert into users (id, email, name, password_hash, staff) values (${newId()}, ${STAFF_EMAIL}, 'Sam Staff', ${passwordHash}, true)`;
    await tx.sql`insert into platform_keys (id, name, key_hash, tail) values (${newId()}, 'Demo operator key', ${hash}, ${tail})`;
  });
}

/** What the platform brings: prices, rules, plans, its own AI providers, staff. Returns the ids the tenants need. */
export async function seedPlatform() {
  await addPrices();
  const limits = {
    customers: 100_000,
    messages: 100_000,
    aiRequests: 100_000,
    seats: 100,
    channels: 100,
    flows: 100,
    connectors: 100,
  };
  const free = await createPlan(
    planInput.parse({
      name: "Free",
      code: "free",
      currency: "USD",
      monthlyPrice: "0",
      trialDays: 30,
      limits,
    }),
  );
  const pro = await createPlan(
    planInput.parse({
      name: "Pro",
      code: "pro",
      currency: "USD",
      monthlyPrice: "299",
      yearlyPrice: "2990",
      included: { tokens: 5_000_000, voiceMinutes: 1000 },
      limits,
      features: ["Flows", "AI agents", "Campaigns"],
    }),
  );
  const providers = await addProviders();
  await addStaff();
  return { planIds: { free: free.id, pro: pro.id }, providers };
}
