export type ShopVariant = {
  id: number;
  title: string;
  price: string;
  inventory_quantity: number;
  sku: string;
};
export type ShopProduct = { id: number; title: string; variants: ShopVariant[] };
export type ShopOrder = {
  id: number;
  name: string;
  order_number: number;
  created_at: string;
  customer: { id: string } | null;
  line_items: { variant_id: number; quantity: number; title: string; price: string }[];
  total_price: string;
};
export type ShopState = {
  products: ShopProduct[];
  orders: ShopOrder[];
  keys: Record<string, number>;
  nextOrderId: number;
  nextNumber: number;
};

const errors = (status: number, message: unknown) => Response.json({ errors: message }, { status });

type OrderBody = {
  order?: {
    customer?: { id?: string | number } | null;
    line_items?: { variant_id?: number | string; quantity?: number }[];
  };
};

/** Cents of a price text, so that a total is exact. */
const cents = (price: string) => {
  const [whole = "0", fraction = ""] = price.split(".");
  return Number(whole) * 100 + Number(fraction.padEnd(2, "0").slice(0, 2));
};

/**
 * A shop with the Shopify Admin REST calls that the connector uses (2024-01 shapes): products by title, orders. Honours
 * `Idempotency-Key`: the same key gives the same order. Knows nothing of Aurora.
 */
export class ShopPeer {
  readonly state: ShopState;
  readonly requests: { method: string; url: string; body: unknown }[] = [];
  private readonly accessToken: string;
  private readonly changed: (state: ShopState) => void;

  constructor(accessToken: string, state: ShopState, changed: (state: ShopState) => void = () => undefined) {
    this.accessToken = accessToken;
    this.state = state;
    this.changed = changed;
  }

  handle = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (request.headers.get("x-shopify-access-token") !== this.accessToken) {
      return errors(401, "[API] Invalid API key or access token (unrecognized login or wrong password)");
    }
    const body =
      request.method === "POST" ? ((await request.json().catch(() => null)) as OrderBody | null) : null;
    this.requests.push({ method: request.method, url: `${url.pathname}${url.search}`, body });
    if (this.requests.length > 2_000) this.requests.splice(0, 1_000);
    if (request.method === "GET" && url.pathname.endsWith("/products.json"))
      return this.products(url.searchParams.get("title"));
    if (request.method === "GET" && url.pathname.endsWith("/shop.json"))
      return Response.json({ shop: { name: "ShopEasy", currency: "USD" } });
    if (request.method === "GET" && url.pathname.endsWith("/orders.json"))
      return Response.json({ orders: this.state.orders.slice(-50) });
    if (request.method === "POST" && url.pathname.endsWith("/orders.json"))
      return this.order(body, request.headers.get("idempotency-key"));
    return errors(404, "Not Found");
  };

  private products(title: string | null): Response {
    const found = this.state.products.filter(
      (product) => title === null || product.title.toLowerCase() === title.toLowerCase(),
    );
    return Response.json({ products: found });
  }

  private order(body: OrderBody | null, key: string | null): Response {
    const known =
      key === null ? undefined : this.state.orders.find((order) => order.id === this.state.keys[key]);
    if (known) return Response.json({ order: known }, { status: 201 });
    const lines = body?.order?.line_items ?? [];
    if (lines.length === 0) return errors(422, { line_items: ["must have at least one line item"] });
    const items = lines.map((line) => {
      const product = this.state.products.find((one) =>
        one.variants.some((variant) => String(variant.id) === String(line.variant_id)),
      );
      const variant = product?.variants.find((one) => String(one.id) === String(line.variant_id));
      return product && variant ? { product, variant, quantity: line.quantity ?? 1 } : null;
    });
    if (items.some((item) => item === null)) return errors(422, { "line_items.variant_id": ["is invalid"] });
    return this.store(
      items.filter((item) => item !== null),
      body,
      key,
    );
  }

  private store(
    items: { product: ShopProduct; variant: ShopVariant; quantity: number }[],
    body: OrderBody | null,
    key: string | null,
  ): Response {
    const total = items.reduce((sum, item) => sum + cents(item.variant.price) * item.quantity, 0);
    const customer = body?.order?.customer?.id;
    const { nextOrderId: id, nextNumber: number } = this.state;
    const order: ShopOrder = {
      id,
      name: `#${number}`,
      order_number: number,
      created_at: new Date().toISOString(),
      customer: customer === undefined || customer === null ? null : { id: String(customer) },
      line_items: items.map(({ product, variant, quantity }) => ({
        variant_id: variant.id,
        quantity,
        title: product.title,
        price: variant.price,
      })),
      total_price: `${Math.floor(total / 100)}.${String(total % 100).padStart(2, "0")}`,
    };
    for (const { variant, quantity } of items) variant.inventory_quantity -= quantity;
    this.state.orders.push(order);
    if (key !== null) this.state.keys[key] = id;
    this.state.nextOrderId += 1;
    this.state.nextNumber += 1;
    this.changed(this.state);
    return Response.json({ order }, { status: 201 });
  }
}

/** The demo shop's shelf. */
export function freshShop(): ShopState {
  const product = (id: number, title: string, price: string, stock: number): ShopProduct => ({
    id,
    title,
    variants: [{ id: id * 10 + 1, title: "Default", price, inventory_quantity: stock, sku: `SKU-${id}` }],
  });
  return {
    products: [
      product(7890, "AirPods Pro", "249.00", 15),
      product(7891, "AirPods Max", "549.00", 4),
      product(7892, "MagSafe Charger", "39.00", 120),
      product(7893, "iPad Case", "59.00", 32),
      product(7894, "Apple Watch", "399.00", 0),
      product(7895, "USB-C Cable", "19.00", 260),
    ],
    orders: [],
    keys: {},
    nextOrderId: 12345,
    nextNumber: 1001,
  };
}
