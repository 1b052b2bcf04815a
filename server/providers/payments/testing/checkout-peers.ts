import { crc32 } from "node:zlib";

type Loose = Record<string, unknown>;
type Sale = {
  id: string;
  reference: string;
  amount: string;
  currency: string;
  paid: boolean;
  refunds: { key: string; amount: string }[];
};
type Answer = { status: number; body: Loose };

const ok = (body: Loose, status = 200): Answer => ({ status, body });
const bad = (message: string, status = 400): Answer => ({
  status,
  body: { message, error: { description: message } },
});
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;

/** What each provider would keep and check, in short; `pay` is the payer on its page. */
export class CheckoutPeer {
  readonly sales = new Map<string, Sale>();
  private readonly answered = new Map<string, Answer>();
  down = false;
  private readonly answer: (peer: CheckoutPeer, call: Call) => Answer;

  constructor(answer: (peer: CheckoutPeer, call: Call) => Answer) {
    this.answer = answer;
  }

  readonly handle = async (request: Request): Promise<Response> => {
    if (this.down) return new Response("", { status: 503 });
    const text = await request.text();
    const type = request.headers.get("content-type") ?? "";
    const body = type.includes("json") && text ? (JSON.parse(text) as Loose) : {};
    const { pathname, searchParams } = new URL(request.url);
    const made = this.answer(this, {
      method: request.method,
      path: pathname,
      query: searchParams,
      headers: request.headers,
      body,
      text,
    });
    return Response.json(made.body, { status: made.status });
  };

  /** The same key and body get the same answer; the same key with another body is refused. */
  repeatable(key: unknown, call: Call, work: () => Answer): Answer {
    if (typeof key !== "string" || key === "" || key.length > 108) return bad("an idempotency key is needed");
    const hash = `${key}:${call.path}:${crc32(call.text)}`;
    const known = this.answered.get(hash);
    if (known) return known;
    if ([...this.answered.keys()].some((one) => one.startsWith(`${key}:`)))
      return bad("the key was used for another body", 409);
    const made = work();
    this.answered.set(hash, made);
    return made;
  }

  sell(sale: Pick<Sale, "reference" | "amount" | "currency">): Sale {
    const made = { ...sale, id: `sale_${this.sales.size + 1}`, paid: false, refunds: [] };
    this.sales.set(made.id, made);
    return made;
  }

  byReference(reference: unknown): Sale | undefined {
    return [...this.sales.values()].find((sale) => sale.reference === reference);
  }

  pay(id: string): void {
    const sale = this.sales.get(id) ?? this.byReference(id);
    if (!sale) throw new Error("There is no such sale.");
    sale.paid = true;
  }
}

type Call = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: Loose;
  text: string;
};
const inner = (value: unknown, name: string) => (value as Loose | undefined)?.[name];
const auth = (call: Call, wanted: string) => call.headers.get("authorization") === wanted;
const sumOf = (sale: Sale) => sale.refunds.reduce((sum, { amount }) => sum + Number(amount), 0);

const molliePayment = (sale: Sale): Loose => ({
  id: `tr_${sale.id}`,
  status: sale.paid ? "paid" : "open",
  amount: { value: sale.amount, currency: sale.currency },
  amountRefunded: { value: sumOf(sale).toFixed(2), currency: sale.currency },
  metadata: { paymentId: sale.reference },
  _links: sale.paid ? {} : { checkout: { href: `https://pay.example/${sale.id}` } },
});

function mollie(peer: CheckoutPeer, call: Call): Answer {
  if (!auth(call, "Bearer live_mollie")) return bad("Unauthorized", 401);
  const sale = peer.sales.get(call.path.split("/")[3]?.replace(/^tr_/, "") ?? "");
  const key = call.headers.get("idempotency-key");
  const amount = inner(call.body.amount, "value");
  if (call.path === "/v2/payments") {
    if (typeof amount !== "string" || !/^\d+\.\d{2}$/.test(amount))
      return bad("The amount has an invalid format", 422);
    const currency = String(inner(call.body.amount, "currency"));
    const reference = String(inner(call.body.metadata, "paymentId"));
    return peer.repeatable(key, call, () =>
      ok(molliePayment(peer.sell({ reference, amount, currency })), 201),
    );
  }
  if (!sale) return bad("No payment exists with this token", 404);
  if (call.method === "GET") return ok(molliePayment(sale));
  return peer.repeatable(key, call, () => {
    sale.refunds.push({ key: String(key), amount: String(amount) });
    return ok({ id: `re_${sale.refunds.length}`, status: "pending", amount: call.body.amount }, 201);
  });
}

const paystackData = (sale: Sale): Loose => ({
  id: 4099,
  reference: sale.reference,
  status: sale.paid ? "success" : "abandoned",
  amount: Number(sale.amount),
  currency: sale.currency,
  channel: "card",
});

function paystack(peer: CheckoutPeer, call: Call): Answer {
  if (!auth(call, "Bearer sk_test_paystack")) return bad("Invalid key", 401);
  const { body, path } = call;
  if (path === "/transaction/initialize") {
    if (peer.byReference(body.reference)) return bad("Duplicate Transaction Reference");
    if (!/^\d+$/.test(String(body.amount)) || !String(body.email).includes("@"))
      return bad("Invalid Amount or Email");
    const sale = peer.sell({
      reference: String(body.reference),
      amount: String(body.amount),
      currency: String(body.currency),
    });
    return ok({
      status: true,
      data: { authorization_url: `https://checkout.example/${sale.id}`, reference: sale.reference },
    });
  }
  if (path.startsWith("/transaction/verify/")) {
    const sale = peer.byReference(path.split("/")[3]);
    return sale ? ok({ status: true, data: paystackData(sale) }) : bad("Transaction reference not found");
  }
  const all = [...peer.sales.values()].flatMap((sale) =>
    sale.refunds.map(({ key, amount }, i) => ({
      id: i + 1,
      merchant_note: key,
      amount: Number(amount),
      currency: sale.currency,
      status: "pending",
    })),
  );
  if (call.method === "GET") return ok({ status: true, data: all });
  const sale = peer.byReference(body.transaction);
  if (!sale?.paid) return bad("Transaction has not been paid");
  sale.refunds.push({ key: String(body.merchant_note), amount: String(body.amount) });
  return ok({
    status: true,
    data: { id: sale.refunds.length, status: "pending", amount: body.amount, currency: sale.currency },
  });
}

const razorpayLink = (sale: Sale): Loose => ({
  id: sale.id,
  reference_id: sale.reference,
  status: sale.paid ? "paid" : "created",
  amount: Number(sale.amount),
  currency: sale.currency,
  short_url: `https://rzp.example/${sale.id}`,
  payments: sale.paid ? [{ payment_id: `pay_${sale.id}`, status: "captured" }] : [],
});

function razorpay(peer: CheckoutPeer, call: Call): Answer {
  if (!auth(call, basic("rzp_key:rzp_secret_key"))) return bad("Authentication failed", 401);
  const { body, method, path } = call;
  if (path === "/v1/payment_links" && method === "POST") {
    if (peer.byReference(body.reference_id))
      return bad("payment link with given reference_id already exists");
    if (String(body.reference_id).length > 40 || !Number.isInteger(body.amount))
      return bad("invalid request");
    return ok(
      razorpayLink(
        peer.sell({
          reference: String(body.reference_id),
          amount: String(body.amount),
          currency: String(body.currency),
        }),
      ),
    );
  }
  if (path === "/v1/payment_links") {
    const sale = peer.byReference(call.query.get("reference_id"));
    return ok({ payment_links: sale ? [razorpayLink(sale)] : [] });
  }
  const name = path.split("/")[3] ?? "";
  const sale = peer.sales.get(name.replace(/^pay_/, ""));
  if (!sale) return bad("The id provided does not exist");
  if (path.startsWith("/v1/payment_links/")) return ok(razorpayLink(sale));
  if (path.endsWith("/refunds"))
    return ok({
      items: sale.refunds.map(({ key, amount }, i) => ({
        id: `rfnd_${i + 1}`,
        receipt: key,
        amount: Number(amount),
        currency: sale.currency,
        status: "processed",
      })),
    });
  if (method === "GET")
    return ok({
      id: name,
      method: "card",
      amount: Number(sale.amount),
      currency: sale.currency,
      amount_refunded: sumOf(sale),
    });
  sale.refunds.push({ key: String(body.receipt), amount: String(body.amount) });
  return ok({
    id: `rfnd_${sale.refunds.length}`,
    status: "processed",
    amount: body.amount,
    currency: sale.currency,
  });
}

function square(peer: CheckoutPeer, call: Call): Answer {
  if (!auth(call, "Bearer sq_token")) return bad("Unauthorized", 401);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(call.headers.get("square-version") ?? ""))
    return bad("Square-Version is missing");
  const { body, path } = call;
  const key = body.idempotency_key;
  if (path === "/v2/online-checkout/payment-links") {
    const order = body.order as Loose;
    const price = inner((order.line_items as Loose[])[0], "base_price_money");
    if (order.location_id !== "LOC1" || String(key).length > 192) return bad("Location is missing");
    return peer.repeatable(key, call, () => {
      const sale = peer.sell({
        reference: String(order.reference_id),
        amount: String(inner(price, "amount")),
        currency: String(inner(price, "currency")),
      });
      return ok({
        payment_link: { id: `pl_${sale.id}`, order_id: sale.id, url: `https://square.example/${sale.id}` },
      });
    });
  }
  const money = (amount: unknown, currency: string) => ({ amount: Number(amount), currency });
  if (path === "/v2/refunds") {
    const sale = peer.sales.get(String(body.payment_id).replace(/^PAY_/, ""));
    if (!sale || String(key).length > 45) return bad("payment_id is wrong", 404);
    return peer.repeatable(key, call, () => {
      sale.refunds.push({ key: String(key), amount: String(inner(body.amount_money, "amount")) });
      return ok({
        refund: { id: `R${sale.refunds.length}`, status: "PENDING", amount_money: body.amount_money },
      });
    });
  }
  const sale = peer.sales.get((path.split("/")[3] ?? "").replace(/^PAY_/, ""));
  if (!sale) return bad("Not found", 404);
  const total = money(sale.amount, sale.currency);
  if (path.startsWith("/v2/orders/")) {
    const tenders = sale.paid ? [{ id: `PAY_${sale.id}`, payment_id: `PAY_${sale.id}` }] : [];
    return ok({
      order: {
        id: sale.id,
        reference_id: sale.reference,
        state: sale.paid ? "COMPLETED" : "OPEN",
        total_money: total,
        tenders,
      },
    });
  }
  const card = { card: { card_brand: "VISA", last_4: "1111" } };
  return ok({
    payment: {
      id: `PAY_${sale.id}`,
      status: "COMPLETED",
      amount_money: total,
      refunded_money: money(sumOf(sale), sale.currency),
      card_details: card,
    },
  });
}

const captured = new WeakSet<Sale>();

function paypalOrder(sale: Sale): Loose {
  const amount = { value: sale.amount, currency_code: sale.currency };
  const refunds = sale.refunds.map(({ amount: value }) => ({
    status: "COMPLETED",
    amount: { value, currency_code: sale.currency },
  }));
  const payments = captured.has(sale)
    ? { captures: [{ id: `CAP_${sale.id}`, status: "COMPLETED", amount }], refunds }
    : {};
  const status = captured.has(sale) ? "COMPLETED" : sale.paid ? "APPROVED" : "PAYER_ACTION_REQUIRED";
  const links = [{ rel: "payer-action", href: `https://paypal.example/${sale.id}` }];
  return { id: sale.id, status, purchase_units: [{ custom_id: sale.reference, amount, payments }], links };
}

function paypal(peer: CheckoutPeer, call: Call): Answer {
  const { body, path } = call;
  if (path === "/v1/oauth2/token") {
    const fits = auth(call, basic("pp_id:pp_secret")) && call.text === "grant_type=client_credentials";
    return fits ? ok({ access_token: "pp_access" }) : bad("invalid_client", 401);
  }
  if (!auth(call, "Bearer pp_access")) return bad("Unauthorized", 401);
  const key = call.headers.get("paypal-request-id");
  if (path === "/v2/checkout/orders") {
    const unit = (body.purchase_units as Loose[])[0];
    const amount = String(inner(inner(unit, "amount"), "value"));
    if (body.intent !== "CAPTURE" || !/^\d+(\.\d\d)?$/.test(amount)) return bad("INVALID_REQUEST", 422);
    const currency = String(inner(inner(unit, "amount"), "currency_code"));
    return peer.repeatable(key, call, () =>
      ok(paypalOrder(peer.sell({ reference: String(inner(unit, "custom_id")), amount, currency })), 201),
    );
  }
  const sale = peer.sales.get((path.split("/")[4] ?? "").replace(/^CAP_/, ""));
  if (!sale) return bad("RESOURCE_NOT_FOUND", 404);
  if (call.method === "GET") return ok(paypalOrder(sale));
  if (path.endsWith("/capture")) {
    if (!sale.paid) return bad("ORDER_NOT_APPROVED", 422);
    captured.add(sale);
    return ok(paypalOrder(sale), 201);
  }
  return peer.repeatable(key, call, () => {
    sale.refunds.push({ key: String(key), amount: String(inner(body.amount, "value")) });
    return ok({ id: `REF${sale.refunds.length}`, status: "COMPLETED" }, 201);
  });
}

/** A peer for each provider whose payer pays on its page. */
export const CHECKOUT_PEERS = { mollie, paypal, paystack, razorpay, square } as const;
