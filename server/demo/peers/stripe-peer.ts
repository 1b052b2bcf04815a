import { randomBytes } from "node:crypto";
import Stripe from "stripe";

type Loose = Record<string, unknown>;
export type Kept = Loose & { id: string };
type Answered = { body: string; path: string; status: number; answer: Loose };

const id = (prefix: string) => `${prefix}_${randomBytes(9).toString("hex")}`;
const problem = (status: number, error: Loose) => ({ status, answer: { error } });
const bad = (message: string, param?: string) =>
  problem(400, { type: "invalid_request_error", message, ...(param ? { param } : {}) });

/** Reads `a[b][0][c]=1` into nested objects, as Stripe reads forms. */
function parseForm(body: string): Loose {
  const root: Loose = {};
  for (const [key, value] of new URLSearchParams(body)) {
    const path = key.split(/[[\]]+/).filter(Boolean);
    let at = root;
    for (const part of path.slice(0, -1)) {
      at[part] = (at[part] as Loose | undefined) ?? {};
      at = at[part] as Loose;
    }
    at[path.at(-1) ?? key] = value;
  }
  return root;
}

/** Where the peer's own pages are, and whom it tells what happened on them. */
export type StripePeerHome = {
  /** The public address that the pages lie under; without it checkout has an address that nobody serves. */
  pages?: string;
  webhook?: { url: string; secret: string };
  /** Objects of an earlier process, and who keeps them. */
  kept?: readonly Kept[];
  keep?: (objects: Kept[]) => void;
};

/**
 * A Stripe in small: checks the key, the form encoding, that a repeated idempotency key comes with the same figures;
 * keeps objects, serves the page on which a payer pays, and sends webhooks signed by Stripe's own SDK.
 */
export class StripePeer {
  readonly objects = new Map<string, Kept>();
  readonly requests: { method: string; path: string; idempotencyKey: string | null }[] = [];
  /** Card numbers of Stripe's test book in short: what the next charge of a method does. */
  readonly behaviour = new Map<string, "decline" | "processing" | "action">();
  /** Answers 500 to so many writes, before or after doing them. */
  failing: { times: number; after: boolean } = { times: 0, after: false };
  private readonly answered = new Map<string, Answered>();
  private readonly secretKey: string;
  private readonly home: StripePeerHome;

  constructor(secretKey: string, home: StripePeerHome = {}) {
    this.secretKey = secretKey;
    this.home = home;
    for (const object of home.kept ?? []) this.objects.set(object.id, object);
  }

  readonly handle = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    const page = /\/pay\/(cs_\w+)$/.exec(pathname)?.[1];
    if (page) return this.page(request.method, page);
    // Served under a path of the demo's, or at the root.
    const path = pathname.slice(Math.max(0, pathname.indexOf("/v1/")));
    const idempotencyKey = request.headers.get("idempotency-key");
    this.requests.push({ method: request.method, path, idempotencyKey });
    if (this.requests.length > 1000) this.requests.shift();
    if (request.headers.get("authorization") !== `Bearer ${this.secretKey}`) {
      const error = { type: "invalid_request_error", message: "Invalid API Key" };
      return Response.json({ error }, { status: 401 });
    }
    const body = await request.text();
    if (request.method !== "POST")
      return this.reply(this.route(request.method, path, parseForm(String(searchParams))));
    if (request.headers.get("content-type") !== "application/x-www-form-urlencoded")
      return this.reply(bad("Only form encoded bodies are read."));
    const made = this.write(path, body, idempotencyKey);
    this.home.keep?.([...this.objects.values()]);
    return this.reply(made);
  };

  /** The page on which a person pays or saves a card; the button does it, tells by webhook and leads back. */
  private async page(method: string, sessionId: string): Promise<Response> {
    const session = this.get(sessionId);
    if (!session) return new Response("There is no such checkout.", { status: 404 });
    if (session.status !== "open") return Response.redirect(String(session.success_url), 303);
    if (method === "POST") {
      this.completeCheckout(sessionId);
      this.home.keep?.([...this.objects.values()]);
      await this.tell({ type: "checkout.session.completed", object: session });
      return Response.redirect(String(session.success_url), 303);
    }
    return new Response(checkoutPage(session), { headers: { "content-type": "text/html; charset=utf-8" } });
  }

  private async tell(event: { type: string; object: Loose }): Promise<void> {
    const { webhook } = this.home;
    if (!webhook) return;
    const { body, headers } = signedStripeEvent(webhook.secret, event);
    await fetch(webhook.url, { method: "POST", body, headers });
  }

  private reply({ status, answer }: { status: number; answer: Loose }): Response {
    return Response.json(answer, { status });
  }

  private write(path: string, body: string, key: string | null) {
    const known = key ? this.answered.get(key) : undefined;
    if (known && (known.body !== body || known.path !== path)) {
      const message = "Keys for idempotent requests can only be used with the same parameters.";
      return problem(400, { type: "idempotency_error", message });
    }
    const fails = this.failing.times > 0;
    if (fails) this.failing.times -= 1;
    if (fails && !this.failing.after) return problem(500, { type: "api_error", message: "Try again." });
    const made = known ?? this.route("POST", path, parseForm(body));
    if (key && made.status < 500) this.answered.set(key, { ...made, body, path });
    return fails ? problem(500, { type: "api_error", message: "Try again." }) : made;
  }

  private keep(object: Kept) {
    this.objects.set(object.id, object);
    return { status: 200, answer: object };
  }

  private get(ref: unknown): Kept | undefined {
    return this.objects.get(String(ref));
  }

  private route(method: string, path: string, form: Loose): { status: number; answer: Loose } {
    const [, , noun = "", one = "", two = ""] = path.split("/");
    if (method === "GET") return this.read(path.split("/").at(-1) ?? "", form);
    if (path === "/v1/customers") return this.keep({ id: id("cus"), object: "customer", ...form });
    if (path === "/v1/payment_intents") return this.makeIntent(form);
    if (path === "/v1/checkout/sessions") return this.makeSession(form);
    if (path === "/v1/refunds") return this.makeRefund(form);
    if (path === "/v1/billing_portal/sessions")
      return this.keep({
        id: id("bps"),
        object: "billing_portal.session",
        url: "https://billing.example/p/session",
      });
    if (noun === "payment_methods" && two === "attach") return this.attach(one, form);
    if (noun === "payment_methods" && two === "detach")
      return this.keep({ ...(this.get(one) ?? { id: one }), customer: null });
    if (noun === "payment_intents" && two === "cancel")
      return this.keep({ ...(this.get(one) ?? { id: one }), status: "canceled" });
    if (path.endsWith("/expire")) return this.expire(path.split("/")[4] ?? "");
    return problem(404, {
      type: "invalid_request_error",
      message: `Unrecognized request URL (${method}: ${path})`,
    });
  }

  /** An object; of its references those are objects too that `expand` asks for, by dotted paths. */
  private read(ref: string, form: Loose = {}): { status: number; answer: Loose } {
    const found = this.get(ref);
    if (!found) {
      const message = `No such object: '${ref}'`;
      return problem(404, { type: "invalid_request_error", code: "resource_missing", message });
    }
    const answer: Kept = { ...found };
    for (const path of Object.values((form.expand as Record<string, string> | undefined) ?? {})) {
      const [name = "", ...rest] = path.split(".");
      if (typeof found[name] !== "string") continue;
      answer[name] = this.read(
        found[name],
        rest.length > 0 ? { expand: { "0": rest.join(".") } } : {},
      ).answer;
    }
    return { status: 200, answer };
  }

  private attach(methodId: string, form: Loose) {
    if (!methodId.startsWith("pm_")) return bad(`No such PaymentMethod: '${methodId}'`, "payment_method");
    if (!this.get(form.customer)) return bad(`No such customer: '${String(form.customer)}'`, "customer");
    const card = { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2030 };
    return this.keep({ id: methodId, object: "payment_method", type: "card", card, customer: form.customer });
  }

  private charge(intent: Kept, amount: number) {
    const charge: Kept = {
      id: id("ch"),
      object: "charge",
      amount,
      currency: intent.currency,
      amount_refunded: 0,
      payment_intent: intent.id,
      receipt_url: `https://receipts.example/${intent.id}`,
      payment_method_details: { type: "card", card: { brand: "visa", last4: "4242" } },
    };
    this.objects.set(charge.id, charge);
    Object.assign(intent, {
      status: "succeeded",
      amount_received: amount,
      latest_charge: charge.id,
      last_payment_error: null,
    });
  }

  private makeIntent(form: Loose) {
    const amount = Number(form.amount);
    if (!/^\d+$/.test(String(form.amount)) || amount === 0) return bad("Invalid positive integer", "amount");
    if (!/^[a-z]{3}$/.test(String(form.currency))) return bad("Invalid currency", "currency");
    const method = this.get(form.payment_method);
    if (!method || method.customer !== form.customer)
      return bad("The payment method is not the customer's.", "payment_method");
    const intent: Kept = {
      id: id("pi"),
      object: "payment_intent",
      amount,
      amount_received: 0,
      currency: form.currency,
      customer: form.customer,
      payment_method: method.id,
      metadata: form.metadata ?? {},
      status: "requires_confirmation",
      latest_charge: null,
      last_payment_error: null,
    };
    this.objects.set(intent.id, intent);
    const behaviour = this.behaviour.get(method.id);
    if (behaviour === "processing") intent.status = "processing";
    else if (behaviour === "decline") return this.decline(intent);
    else this.charge(intent, amount);
    return this.read(intent.id, form);
  }

  private decline(intent: Kept) {
    const error = {
      type: "card_error",
      code: "card_declined",
      decline_code: "insufficient_funds",
      message: "Your card has insufficient funds.",
    };
    Object.assign(intent, { status: "requires_payment_method", last_payment_error: error });
    return problem(402, { ...error, payment_intent: intent });
  }

  private makeSession(form: Loose) {
    const session = id("cs_test");
    const item = ((form.line_items as Loose | undefined)?.["0"] ?? {}) as Loose;
    const price = (item.price_data ?? {}) as Loose;
    const setup = form.mode === "setup";
    const total = Number(price.unit_amount) * Number(item.quantity);
    if (!setup && !(total > 0))
      return bad("Invalid positive integer", "line_items[0][price_data][unit_amount]");
    return this.keep({
      id: session,
      object: "checkout.session",
      mode: form.mode,
      status: "open",
      url: `${this.home.pages ?? "https://checkout.example/c"}/pay/${session}`,
      success_url: form.success_url,
      amount_total: setup ? null : total,
      currency: setup ? form.currency : price.currency,
      customer: form.customer ?? null,
      client_reference_id: form.client_reference_id ?? null,
      metadata: form.metadata ?? {},
      payment_intent: null,
      setup_intent: null,
      intentMetadata: (form.payment_intent_data as Loose | undefined)?.metadata ?? {},
    });
  }

  private expire(sessionId: string) {
    const session = this.get(sessionId);
    if (session?.status !== "open")
      return bad("Only Checkout Sessions with a status of open can be expired.");
    return this.keep({ ...session, status: "expired", url: null });
  }

  private makeRefund(form: Loose) {
    const intent = this.get(form.payment_intent);
    const charge = this.get(intent?.latest_charge);
    const amount = Number(form.amount);
    if (!intent || !charge) return bad("This PaymentIntent has no charge to refund.", "payment_intent");
    if (amount > Number(charge.amount) - Number(charge.amount_refunded))
      return bad("Refund amount is greater than unrefunded amount on charge", "amount");
    charge.amount_refunded = Number(charge.amount_refunded) + amount;
    const refund = {
      object: "refund",
      amount,
      currency: charge.currency,
      payment_intent: intent.id,
      charge: charge.id,
    };
    return this.keep({ id: id("re"), status: "succeeded", metadata: form.metadata ?? {}, ...refund });
  }

  /** The payer fills in the checkout page: pays, or saves the card of a setup. */
  completeCheckout(sessionId: string, methodId = id("pm")): Kept {
    const session = this.get(sessionId);
    if (!session) throw new Error("There is no such session.");
    const card = { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2030 };
    this.objects.set(methodId, {
      id: methodId,
      object: "payment_method",
      type: "card",
      card,
      customer: session.customer,
    });
    if (session.mode === "setup") {
      const intent = {
        id: id("seti"),
        object: "setup_intent",
        status: "succeeded",
        payment_method: methodId,
      };
      this.objects.set(intent.id, intent);
      Object.assign(session, { status: "complete", setup_intent: intent.id });
      return session;
    }
    const intent: Kept = {
      id: id("pi"),
      object: "payment_intent",
      amount: session.amount_total,
      currency: session.currency,
      customer: session.customer,
      metadata: session.intentMetadata,
    };
    this.objects.set(intent.id, intent);
    this.charge(intent, Number(session.amount_total));
    Object.assign(session, { status: "complete", payment_intent: intent.id });
    return intent;
  }

  /** What was being processed arrives, or does not. */
  settle(intentId: string, succeeds: boolean): Kept {
    const intent = this.get(intentId);
    if (!intent) throw new Error("There is no such payment intent.");
    if (succeeds) this.charge(intent, Number(intent.amount));
    else this.decline(intent);
    return intent;
  }
}

/** Plain words of a form, safe in HTML. */
const escaped = (text: unknown) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function sumOf(session: Kept): string {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency: String(session.currency) });
  const { maximumFractionDigits: decimals = 2 } = format.resolvedOptions();
  return format.format(Number(session.amount_total) / 10 ** decimals);
}

const checkoutStyle = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:15px/22px system-ui;background:light-dark(#eef4f4,#081112);color:light-dark(#112123,#e5edec)}
main{box-sizing:border-box;width:min(26rem,calc(100vw - 32px));padding:28px;border-radius:12px;background:light-dark(#fff,#10191a);box-shadow:0 1px 3px light-dark(#11212324,#0008)}
h1{margin:0 0 6px;font-size:20px;line-height:28px}
p{margin:0;color:light-dark(#425253,#abb7b7)}
button{margin:20px 0 16px;width:100%;height:40px;border:0;border-radius:8px;font:600 15px system-ui;cursor:pointer;background:light-dark(#112123,#e5edec);color:light-dark(#fff,#112123)}
:is(a,button):focus-visible{outline:2px solid light-dark(#056d6c,#58d9cb);outline-offset:2px}
a{color:light-dark(#056d6c,#58d9cb)}`;

function checkoutPage(session: Kept): string {
  const sum = session.mode === "setup" ? "Save a test card" : `Pay ${escaped(sumOf(session))}`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Checkout of the demo</title><style>${checkoutStyle}</style></head><body><main>
<h1>Checkout of the demo</h1>
<p>This page stands for the payment provider's. No money moves.</p>
<form method="post"><button>${sum}</button></form>
<p><a href="${escaped(session.success_url)}">Back without paying</a></p></main></body></html>`;
}

/** A webhook as Stripe sends it, signed by Stripe's own SDK. */
export function signedStripeEvent(
  secret: string,
  event: { id?: string; type: string; object: Loose; timestamp?: number },
): { body: string; headers: Record<string, string> } {
  const { id: eventId = id("evt"), type, object, timestamp } = event;
  const created = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({ id: eventId, object: "event", type, created, data: { object } }, null, 2);
  const header = Stripe.webhooks.generateTestHeaderString({
    payload: body,
    secret,
    ...(timestamp === undefined ? {} : { timestamp }),
  });
  return { body, headers: { "stripe-signature": header, "content-type": "application/json" } };
}
