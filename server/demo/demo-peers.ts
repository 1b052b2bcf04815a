import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { env } from "#server/runtime/env.ts";
import { once } from "#server/runtime/process.ts";
import { demoSecrets } from "./demo-secrets.ts";
import { createOpenAiPeer } from "./peers/openai-peer.ts";
import { freshShop, ShopPeer, type ShopState } from "./peers/shop-peer.ts";
import { type Kept, StripePeer } from "./peers/stripe-peer.ts";
import { type PeerNumber, type PhoneMessage, WhatsappPeer } from "./peers/whatsapp-peer.ts";

export type DemoPeers = {
  whatsapp: WhatsappPeer;
  shop: ShopPeer;
  openai: (request: Request) => Promise<Response>;
  stripe: StripePeer;
};

const inDataFolder = (name: string) => path.resolve(env().AURORA_DATA_DIR, name);

function readJson<T>(name: string): T | null {
  try {
    return JSON.parse(readFileSync(inDataFolder(name), "utf8")) as T;
  } catch {
    return null;
  }
}

/** Written beside and renamed, so that a crash leaves the old file or the new one. */
function writeJson(name: string, value: unknown): void {
  mkdirSync(path.resolve(env().AURORA_DATA_DIR), { recursive: true });
  const beside = inDataFolder(`${name}.new`);
  writeFileSync(beside, JSON.stringify(value), { mode: 0o600 });
  renameSync(beside, inDataFolder(name));
}

/** A phone takes a moment to receive and a person to look; the peer's statuses come like that too. */
const glance = (step: number) => new Promise<void>((resolve) => setTimeout(resolve, [60, 180, 700][step]));

function makePeers(): DemoPeers {
  const whatsapp = new WhatsappPeer({ statuses: true, delay: glance });
  const kept = readJson<Record<string, PhoneMessage[]>>("demo-phones.json") ?? {};
  for (const [phone, thread] of Object.entries(kept)) whatsapp.threads.set(phone, thread);
  const { openAiKey, shopToken, stripe } = demoSecrets();
  const shop = readJson<ShopState>("demo-shop.json") ?? freshShop();
  return {
    whatsapp,
    shop: new ShopPeer(shopToken, shop, (changed) => writeJson("demo-shop.json", changed)),
    openai: createOpenAiPeer(openAiKey),
    stripe: new StripePeer(stripe.secretKey, {
      pages: `${env().appUrl}/api/demo/stripe`,
      webhook: {
        url: `http://127.0.0.1:${env().PORT}/api/webhooks/payments/stripe/${stripe.gatewayId}`,
        secret: stripe.webhookSecret,
      },
      kept: readJson<Kept[]>("demo-stripe.json") ?? [],
      keep: (objects) => writeJson("demo-stripe.json", objects),
    }),
  };
}

/** The demo's "Meta", "OpenAI", "Shopify" and "Stripe", one of each in this process. They know nothing of Aurora. */
export function demoPeers(): DemoPeers {
  return once("demo.peers", makePeers);
}

/** Registers a number with the demo's "Meta" in this process; `webhookUrl` is where its webhooks go. */
export function registerDemoNumber(number: PeerNumber): void {
  demoPeers().whatsapp.register(number);
}

/** Keeps what the phones show over a restart; called when a phone wrote. */
export function keepPhones(): void {
  writeJson("demo-phones.json", Object.fromEntries(demoPeers().whatsapp.threads));
}
