import { createServer, type IncomingMessage } from "node:http";

/** What the peers saw; `onReply` hears each message handed to the WhatsApp-like one, by the customer's number. */
export type InstantPeers = {
  urls: { whatsapp: string; model: string; shop: string };
  counts: { messages: number; calls: number; products: number };
  onReply: (to: string, at: number) => void;
  close: () => void;
};

const JSON_HEAD = { "content-type": "application/json" };
const PRODUCT = JSON.stringify({
  products: [
    {
      id: 7890,
      title: "AirPods Pro",
      variants: [{ id: 78901, title: "Default", price: "249.00", inventory_quantity: 15 }],
    },
  ],
});

function completion(content: string, prompt: number, answer: number): string {
  const message = { role: "assistant", content };
  return JSON.stringify({
    id: "chatcmpl-bench",
    object: "chat.completion",
    created: 1_795_000_000,
    model: "gpt-4",
    choices: [{ index: 0, message, finish_reason: "stop" }],
    usage: { prompt_tokens: prompt, completion_tokens: answer, total_tokens: prompt + answer },
  });
}

const CLASSIFY = completion(JSON.stringify({ intent: "product_purchase", confidence: 0.95 }), 220, 14);
const EXTRACT = completion(JSON.stringify({ product_name: "AirPods Pro" }), 120, 50);

/** Foreign parties that answer at once, with as little work as a correct answer takes. */
export async function openInstantPeers(): Promise<InstantPeers> {
  const counts = { messages: 0, calls: 0, products: 0 };
  const servers: ReturnType<typeof createServer>[] = [];
  const peers: InstantPeers = {
    urls: { whatsapp: "", model: "", shop: "" },
    counts,
    onReply: () => undefined,
    close: () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
  const whatsapp = (body: string) => {
    const to = /"to":"\+?(\d+)"/.exec(body)?.[1] ?? "";
    counts.messages += 1;
    peers.onReply(to, performance.now());
    return `{"messaging_product":"whatsapp","contacts":[{"input":"+${to}","wa_id":"${to}"}],"messages":[{"id":"wamid.out${counts.messages}.${process.pid}"}]}`;
  };
  const model = (body: string) => {
    counts.calls += 1;
    return body.includes("Intents:") ? CLASSIFY : EXTRACT;
  };
  const shop = () => {
    counts.products += 1;
    return PRODUCT;
  };
  const serve = async (answer: (body: string) => string) => {
    const server = createServer((incoming: IncomingMessage, outgoing) => {
      let body = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (part: string) => {
        body += part;
      });
      incoming.on("end", () => outgoing.writeHead(200, JSON_HEAD).end(answer(body)));
    });
    server.keepAliveTimeout = 60_000;
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  };
  peers.urls = { whatsapp: await serve(whatsapp), model: await serve(model), shop: await serve(shop) };
  return peers;
}
