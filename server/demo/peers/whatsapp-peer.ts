import { createHmac, randomBytes } from "node:crypto";

/** A number that this peer serves, as its owner registered it with "Meta". */
export type PeerNumber = {
  phoneNumberId: string;
  accessToken: string;
  appSecret: string;
  webhookUrl: string;
  displayNumber: string;
};
export type PhoneMessage = {
  id: string;
  mine: boolean;
  text: string;
  at: string;
  status: "sent" | "delivered" | "read";
  buttons: { id: string; title: string }[];
};

type Body = Record<string, unknown>;
const graphError = (code: number, message: string, status = 400) =>
  Response.json(
    { error: { message, type: "OAuthException", code, fbtrace_id: randomBytes(8).toString("base64url") } },
    { status },
  );

const dict = (value: unknown): Body => (typeof value === "object" && value !== null ? (value as Body) : {});

type Content = { text: string; buttons: { id: string; title: string }[] } | { problem: string };

function textContent(body: Body): Content {
  const text = dict(body.text).body;
  if (typeof text !== "string" || text === "")
    return { problem: "(#100) The parameter text['body'] is required." };
  return text.length > 4096
    ? { problem: "(#100) Param text['body'] must be at most 4096 characters long." }
    : { text, buttons: [] };
}

function interactiveContent(body: Body): Content {
  const interactive = dict(body.interactive);
  const words = dict(interactive.body).text;
  const raw = dict(interactive.action).buttons;
  const buttons = Array.isArray(raw) ? raw.map((one) => dict(dict(one).reply)) : [];
  if (typeof words !== "string" || words.length > 1024)
    return { problem: "(#131009) Body text must be 1 to 1024 characters." };
  if (buttons.length < 1 || buttons.length > 3)
    return { problem: "(#131009) Buttons count must be between 1 and 3." };
  if (buttons.some((b) => String(b.title ?? "").length > 20))
    return { problem: "(#131009) Button title length must be at most 20." };
  return { text: words, buttons: buttons.map((b) => ({ id: String(b.id), title: String(b.title) })) };
}

function contentOf(body: Body): Content {
  if (body.type === "text") return textContent(body);
  if (body.type === "interactive") return interactiveContent(body);
  if (body.type === "template") return { text: `Template ${String(dict(body.template).name)}`, buttons: [] };
  return { problem: "(#100) Param type must be one of text, interactive, template." };
}

/** What the peer does after it accepted a message; the cockpit reports statuses, a bench may not want them. */
export type PeerOptions = { statuses: boolean; delay?: (step: number) => Promise<void> };

/**
 * The WhatsApp Cloud API as far as a business sees it: checks what Graph checks, answers as Graph answers, keeps each
 * phone's thread, and reports statuses and customers' messages to the webhook, signed. Knows nothing of Aurora.
 */
export class WhatsappPeer {
  readonly threads = new Map<string, PhoneMessage[]>();
  private readonly numbers = new Map<string, PeerNumber>();
  private readonly options: PeerOptions;
  private running: Promise<unknown>[] = [];

  constructor(options: PeerOptions = { statuses: true }) {
    this.options = options;
  }

  register(number: PeerNumber): void {
    this.numbers.set(number.phoneNumberId, number);
  }

  thread(phone: string): PhoneMessage[] {
    const key = phone.replace(/^\+/, "");
    const known = this.threads.get(key) ?? [];
    this.threads.set(key, known);
    return known;
  }

  /** Waits until every status sent so far was answered. */
  async settled(): Promise<void> {
    while (this.running.length > 0) await Promise.all(this.running.splice(0));
  }

  /** `POST /{version}/{phone_number_id}/messages` and `GET /{version}/{phone_number_id}`. */
  handle = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const match = /\/v\d+\.\d+\/(\d+)(\/messages)?$/.exec(pathname);
    const number = match?.[1] ? this.numbers.get(match[1]) : undefined;
    if (!match) return graphError(2500, "Unknown path components", 404);
    if (request.headers.get("authorization") !== `Bearer ${number?.accessToken}`) {
      return graphError(190, "Invalid OAuth access token - Cannot parse access token", 401);
    }
    if (!number) return graphError(100, "Unsupported request. Object does not exist");
    if (!match[2])
      return Response.json({
        id: number.phoneNumberId,
        display_phone_number: number.displayNumber,
        verified_name: "Demo shop",
        quality_rating: "GREEN",
      });
    if (request.method !== "POST") return graphError(100, "Unsupported get request.");
    const body = (await request.json().catch(() => null)) as Body | null;
    return body ? this.accept(number, body) : graphError(100, "Invalid JSON");
  };

  private accept(number: PeerNumber, body: Body): Response {
    if (body.messaging_product !== "whatsapp")
      return graphError(100, "(#100) The parameter messaging_product is required.");
    const to =
      typeof body.to === "string" ? body.to : typeof body.recipient === "string" ? body.recipient : "";
    if (to === "") return graphError(100, "(#100) The parameter to is required.");
    if (typeof body.to === "string" && !/^\+\d{5,15}$/.test(body.to))
      return graphError(131009, "(#131009) Parameter value is not valid: to");
    const content = contentOf(body);
    if ("problem" in content) return graphError(100, content.problem);
    const key = to.replace(/^\+/, "");
    const id = `wamid.${Buffer.from(`${key}:${randomBytes(12).toString("hex")}`).toString("base64url")}`;
    this.thread(key).push({ id, mine: false, ...content, at: new Date().toISOString(), status: "sent" });
    if (this.options.statuses) this.track(this.report(number, key, id, body.biz_opaque_callback_data));
    return Response.json({
      messaging_product: "whatsapp",
      contacts: [{ input: to, wa_id: key }],
      messages: [{ id }],
    });
  }

  private track(work: Promise<unknown>): void {
    this.running.push(work.catch(() => undefined));
  }

  /** sent → delivered → read, each its own webhook, as Meta sends them. */
  private async report(number: PeerNumber, phone: string, id: string, callback: unknown): Promise<void> {
    let step = 0;
    for (const status of ["sent", "delivered", "read"] as const) {
      await this.options.delay?.(step);
      step += 1;
      const message = this.thread(phone).find((one) => one.id === id);
      if (message) message.status = status;
      const timestamp = String(Math.floor(Date.now() / 1000));
      const opaque = typeof callback === "string" ? { biz_opaque_callback_data: callback } : {};
      await this.post(number, { statuses: [{ id, status, timestamp, recipient_id: phone, ...opaque }] });
    }
  }

  /** A customer writes: kept in the thread and posted to the business's webhook, signed like Meta does. */
  async customerSays(
    phoneNumberId: string,
    customer: { phone: string; name: string },
    said: { text: string; buttonId?: string },
  ): Promise<{ id: string; status: number }> {
    const number = this.numbers.get(phoneNumberId);
    if (!number) throw new Error("The peer does not serve this number.");
    const from = customer.phone.replace(/^\+/, "");
    const id = `wamid.${randomBytes(18).toString("base64url")}`;
    this.thread(from).push({
      id,
      mine: true,
      text: said.text,
      at: new Date().toISOString(),
      status: "sent",
      buttons: [],
    });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const content = said.buttonId
      ? {
          type: "interactive",
          interactive: { type: "button_reply", button_reply: { id: said.buttonId, title: said.text } },
        }
      : { type: "text", text: { body: said.text } };
    const status = await this.post(number, {
      contacts: [{ profile: { name: customer.name }, wa_id: from }],
      messages: [{ from, id, timestamp, ...content }],
    });
    return { id, status };
  }

  private async post(number: PeerNumber, value: Body): Promise<number> {
    const { phoneNumberId, displayNumber } = number;
    const metadata = { display_phone_number: displayNumber, phone_number_id: phoneNumberId };
    const change = { field: "messages", value: { messaging_product: "whatsapp", metadata, ...value } };
    const raw = JSON.stringify({
      object: "whatsapp_business_account",
      entry: [{ id: "0", changes: [change] }],
    });
    const signature = createHmac("sha256", number.appSecret).update(raw).digest("hex");
    const response = await fetch(number.webhookUrl, {
      method: "POST",
      headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
      body: raw,
    });
    await response.arrayBuffer();
    return response.status;
  }
}
