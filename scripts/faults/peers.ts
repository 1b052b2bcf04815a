import { createHmac, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { freshShop, ShopPeer } from "#server/demo/peers/shop-peer.ts";
import { WhatsappPeer } from "#server/demo/peers/whatsapp-peer.ts";
import { fixedModel, SHOP_TOKEN, WHATSAPP } from "#server/testing/main-job.ts";
import type { PeerName } from "./strikes.ts";

type Handler = (request: Request) => Promise<Response>;
/** Asked once a peer has done its part; true: the process is being killed and gets no answer. */
export type PeerJudge = (peer: PeerName, seen: SeenRequest, answered: boolean) => boolean;
export type SeenRequest = { method: string; path: string; headers: IncomingMessage["headers"]; body: string };

/** One message as the provider took it, with the product's own attempt id. */
export type TakenMessage = { id: string; to: string; attemptId: string; text: string };
/** One model call as the provider answered it. */
export type ModelCall = { marker: string; kind: "classify" | "extract" };

const MARKER = /#(\d{4})/;

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

/** The three foreign parties; each writes down every request with the key of its effect, and may be told to strike. */
export class FaultPeers {
  readonly taken: TakenMessage[] = [];
  readonly calls: ModelCall[] = [];
  readonly shop = new ShopPeer(SHOP_TOKEN, { ...freshShop(), products: stocked() });
  readonly urls: Record<PeerName, string> = { whatsapp: "", model: "", shop: "" };
  private readonly whatsapp = new WhatsappPeer({ statuses: false });
  private readonly judge: PeerJudge;
  private readonly onTaken: (message: TakenMessage) => void;
  private closers: (() => void)[] = [];

  constructor(judge: PeerJudge, onTaken: (message: TakenMessage) => void) {
    this.judge = judge;
    this.onTaken = onTaken;
  }

  async open(): Promise<void> {
    this.whatsapp.register({ ...WHATSAPP, webhookUrl: "http://unused.test", displayNumber: "+15550783881" });
    const model = fixedModel({
      classify: JSON.stringify({ intent: "product_purchase", confidence: 0.95 }),
      extract: JSON.stringify({ product_name: "AirPods Pro" }),
    });
    const handlers: Record<PeerName, Handler> = {
      whatsapp: this.whatsapp.handle,
      shop: this.shop.handle,
      model,
    };
    for (const name of Object.keys(handlers) as PeerName[]) {
      this.urls[name] = await this.serve(name, handlers[name]);
    }
  }

  close(): void {
    for (const close of this.closers) close();
  }

  private async serve(name: PeerName, handler: Handler): Promise<string> {
    const server = createServer((incoming, outgoing) => void this.answer(name, handler, incoming, outgoing));
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  }

  private async answer(
    name: PeerName,
    handler: Handler,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const body = await bodyOf(incoming).catch(() => null);
    if (body === null) return;
    const seen = { method: incoming.method ?? "", path: incoming.url ?? "", headers: incoming.headers, body };
    const request = new Request(`${this.urls[name]}${seen.path}`, {
      method: seen.method,
      headers: seen.headers as Record<string, string>,
      ...(body === "" ? {} : { body }),
    });
    const response = await handler(request);
    const text = await response.text();
    this.record(name, seen, response.status, text);
    if (this.judge(name, seen, false)) return void incoming.socket.destroy();
    outgoing.writeHead(response.status, { "content-type": "application/json" });
    outgoing.end(text, () => this.judge(name, seen, true));
  }

  private record(name: PeerName, seen: SeenRequest, status: number, answer: string): void {
    if (status >= 300) return;
    if (name === "model") {
      const marker = MARKER.exec(seen.body)?.[1] ?? "";
      this.calls.push({ marker, kind: seen.body.includes("Intents:") ? "classify" : "extract" });
    }
    if (name !== "whatsapp" || seen.method !== "POST") return;
    const sent = JSON.parse(seen.body) as { to: string; biz_opaque_callback_data?: string };
    const accepted = JSON.parse(answer) as { messages: { id: string }[] };
    const message = {
      id: accepted.messages[0]?.id ?? randomUUID(),
      to: sent.to.replace(/^\+/, ""),
      attemptId: sent.biz_opaque_callback_data ?? "",
      text: seen.body,
    };
    this.taken.push(message);
    this.onTaken(message);
  }
}

/** Enough on the shelf for any run. */
function stocked() {
  const { products } = freshShop();
  for (const product of products)
    for (const variant of product.variants) variant.inventory_quantity = 100_000;
  return products;
}

/** A webhook of the provider's as it goes over the wire, signed with the app's secret. */
export function metaWebhook(value: Record<string, unknown>): { body: string; signature: string } {
  const metadata = { display_phone_number: "15550783881", phone_number_id: WHATSAPP.phoneNumberId };
  const changes = [{ field: "messages", value: { messaging_product: "whatsapp", metadata, ...value } }];
  const body = JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: "1", changes }] });
  const signature = createHmac("sha256", WHATSAPP.appSecret).update(body).digest("hex");
  return { body, signature: `sha256=${signature}` };
}
