import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAmount } from "#domain/money/amount.ts";
import { servePeer } from "#server/demo/peers/serve-peer.ts";
import { forget } from "#server/runtime/process.ts";
import { findAdapter } from "./gateways.ts";
import type { GatewayAccount, PaymentGateway } from "./payment-gateway.ts";
import { isPaypalAddress, verifyPaypalSignature } from "./paypal-signature.ts";
import { CHECKOUT_PEERS, CheckoutPeer } from "./testing/checkout-peers.ts";

const PAYMENT = "01900000-0000-7000-8000-0000000000aa";

const ACCOUNTS = {
  mollie: { currency: "EUR", credentials: { apiKey: "live_mollie" } },
  paypal: { currency: "USD", credentials: { clientId: "pp_id", clientSecret: "pp_secret" } },
  paystack: { currency: "NGN", credentials: { secretKey: "sk_test_paystack" } },
  razorpay: { currency: "INR", credentials: { keyId: "rzp_key", keySecret: "rzp_secret_key" } },
  square: { currency: "USD", credentials: { accessToken: "sq_token" } },
} as const;
type Name = keyof typeof ACCOUNTS;

function adapterOf(name: string): PaymentGateway {
  const adapter = findAdapter(name);
  if (!adapter) throw new Error(`There is no adapter for ${name}.`);
  return adapter;
}

function accountOf(name: string, more: Partial<GatewayAccount> = {}): GatewayAccount {
  return {
    provider: name,
    apiBaseUrl: null,
    credentials: {},
    webhookSecrets: [],
    settings: { locationId: "LOC1", webhookId: "WH-ID-1" },
    webhookUrl: `https://house.test/api/webhooks/payments/${name}/1`,
    ...more,
  };
}

const charge = (amount: string, currency: string, paymentId = PAYMENT) => ({
  paymentId,
  amount: parseAmount(amount),
  currency,
  description: "Invoice INV-2025-01-001",
  customer: { externalId: null, name: "ShopEasy", email: "billing@shopeasy.test" },
  methodId: null,
  returnUrl: "https://house.test/shopeasy/billing",
  metadata: { tenantId: "t" },
});

describe.each(Object.keys(ACCOUNTS) as Name[])("the adapter of %s", (name) => {
  const peer = new CheckoutPeer(CHECKOUT_PEERS[name]);
  const adapter = adapterOf(name);
  const { currency, credentials } = ACCOUNTS[name];
  let account: GatewayAccount;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const served = await servePeer(peer.handle);
    close = served.close;
    process.env.OUTBOUND_ALLOW_PRIVATE = new URL(served.url).host;
    forget("env");
    account = accountOf(name, { apiBaseUrl: served.url, credentials });
  });
  afterAll(() => close());

  it("opens a page, sells once however often it is asked, and states what was paid and given back", async () => {
    const amount = parseAmount("350.90");
    const opened = await adapter.charge(account, charge("350.90", currency));
    expect(opened).toMatchObject({
      status: "pending",
      amount,
      currency,
      checkoutUrl: expect.stringMatching(/^https:/),
    });
    await adapter.charge(account, charge("350.90", currency));
    expect(peer.sales.size).toBe(1);
    const id = opened.externalId ?? "";
    expect(await adapter.getPayment(account, id)).toMatchObject({
      status: "pending",
      reference: PAYMENT,
      amount,
    });
    peer.pay(PAYMENT);
    const paid = await adapter.getPayment(account, id);
    expect(paid).toMatchObject({ status: "succeeded", reference: PAYMENT, amount, currency, refunded: 0n });
    const asked = {
      refundId: "01900000-0000-7000-8000-0000000000bb",
      payment: { externalId: id, chargeId: paid.chargeId },
      amount: parseAmount("50.90"),
      currency,
      reason: "Wrong price",
    };
    const [first, second] = [await adapter.refund(account, asked), await adapter.refund(account, asked)];
    expect(first).toMatchObject({ amount: parseAmount("50.90"), currency });
    expect(second.externalId).toBe(first.externalId);
    expect([...peer.sales.values()].flatMap((sale) => sale.refunds)).toHaveLength(1);
    const after = await adapter.getPayment(account, id);
    expect(after.status).toBe("succeeded");
    // Paystack's transaction does not name what was given back.
    if (name !== "paystack") expect(after.refunded).toBe(parseAmount("50.90"));
  });

  it("tells refused keys from a provider that is down", async () => {
    const wrong = {
      ...account,
      credentials: Object.fromEntries(Object.keys(credentials).map((key) => [key, "wrong"])),
    };
    await expect(adapter.charge(wrong, charge("1.00", currency, "other"))).rejects.toMatchObject({
      kind: "precondition",
    });
    peer.down = true;
    await expect(adapter.charge(account, charge("1.00", currency, "other"))).rejects.toMatchObject({
      kind: "unavailable",
    });
    peer.down = false;
    expect(peer.sales.size).toBe(1);
  });
});

/** Bodies and signatures made with openssl, not with the code under test. */
const VECTORS = [
  {
    name: "paystack",
    header: "x-paystack-signature",
    account: { credentials: { secretKey: "sk_test_paystack" } },
    body: `{"event":"charge.success","data":{"id":1,"reference":"01900000-0000-7000-8000-0000000000aa","amount":1000,"currency":"NGN","status":"success"}}`,
    signature:
      "a082f133436d1145bc7f091f1ff780f3df9ff6bc7fc57183b4628b41501d00ede8aa67e4e774035c6fc9b64e597df439e36fc5bfcc289e74018e4fcb4c810f72",
    note: {
      type: "charge.success",
      reference: PAYMENT,
      claimed: { amount: parseAmount("10"), currency: "NGN" },
    },
  },
  {
    name: "razorpay",
    header: "x-razorpay-signature",
    account: { webhookSecrets: ["a_newer_secret", "rzp_secret"] },
    body: `{"entity":"event","event":"payment_link.paid","payload":{"payment_link":{"entity":{"id":"plink_1","amount":1000,"currency":"INR","reference_id":"01900000-0000-7000-8000-0000000000aa"}}}}`,
    signature: "9438f11bd91df60cdf2174b0d443c8d2dd92537759af59245bd3d42f1e39921f",
    note: {
      type: "payment_link.paid",
      reference: PAYMENT,
      claimed: { amount: parseAmount("10"), currency: "INR" },
    },
  },
  {
    name: "square",
    header: "x-square-hmacsha256-signature",
    account: { webhookSecrets: ["square_key"] },
    body: `{"event_id":"ev-1","type":"payment.updated","data":{"type":"payment","object":{"payment":{"id":"PAY-1","order_id":"ORDER-1","status":"COMPLETED","amount_money":{"amount":1000,"currency":"USD"}}}}}`,
    signature: "1kDM03n9MAn5s6dMyhBdSQNn7SDSgg7rofNbfFLMQ4k=",
    note: { deliveryKey: "ev-1", subject: { kind: "payment", externalId: "ORDER-1" } },
  },
  {
    name: "mollie",
    header: "x-mollie-signature",
    account: { webhookSecrets: ["mollie_secret"] },
    body: `{"id":"event_1","type":"payment.paid","entityId":"tr_1"}`,
    signature: "sha256=00,sha256=ebaaa27f52dcb2631b6e991f8cfe823d281bb6a07f517b78db7a1bd54101ebe9",
    note: { deliveryKey: "event_1", subject: { kind: "payment", externalId: "tr_1" } },
  },
];

describe.each(VECTORS)("a webhook of $name", ({ name, header, account, body, signature, note }) => {
  const adapter = adapterOf(name);
  const verify = (text: string, signed: string, more: Partial<GatewayAccount> = {}) =>
    adapter.verifyWebhook(accountOf(name, { ...account, ...more }), {
      headers: new Headers({ [header]: signed }),
      rawBody: Buffer.from(text),
    });

  it("is known by its signature over the raw bytes, and says what it is about", () => {
    expect(verify(body, signature)).toBe(true);
    expect(adapter.parseWebhook({ headers: new Headers(), rawBody: Buffer.from(body) })).toMatchObject(note);
  });

  it("is refused when one byte, the secret or the signature differs", () => {
    expect(verify(`${body} `, signature)).toBe(false);
    expect(verify(body, signature.replace(/[0-9a-z](=?)$/, "x$1"))).toBe(false);
    expect(verify(body, "")).toBe(false);
    expect(verify(body, signature, { webhookSecrets: ["other"], credentials: { secretKey: "other" } })).toBe(
      false,
    );
    expect(verify(body, signature, { webhookSecrets: [], credentials: {} })).toBe(false);
  });
});

describe("a classic webhook of Mollie", () => {
  it("is a hint and nothing more: unsigned, with an id to fetch", () => {
    const adapter = adapterOf("mollie");
    const request = { headers: new Headers(), rawBody: Buffer.from("id=tr_7UhSN1zuXS") };
    expect([adapter.unsigned, adapter.verifyWebhook(accountOf("mollie"), request)]).toEqual([true, true]);
    expect(adapter.parseWebhook(request)).toMatchObject({
      subject: { kind: "payment", externalId: "tr_7UhSN1zuXS" },
      claimed: null,
    });
    expect(() => adapter.parseWebhook({ ...request, rawBody: Buffer.from("nonsense") })).toThrow();
  });
});

describe("a webhook of PayPal", () => {
  const certificate = `-----BEGIN CERTIFICATE-----
MIIDPzCCAiegAwIBAgIUF4zyKbbBEiDx0rrL02Oyso/AnQswDQYJKoZIhvcNAQEL
BQAwLjEsMCoGA1UEAwwjbWVzc2FnZXZlcmlmaWNhdGlvbmNlcnRzLnBheXBhbC5j
b20wIBcNMjYxMTIxMTcyNDA3WhgPMjEyNjEwMjgxNzI0MDdaMC4xLDAqBgNVBAMM
I21lc3NhZ2V2ZXJpZmljYXRpb25jZXJ0cy5wYXlwYWwuY29tMIIBIjANBgkqhkiG
9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzzfNbCAFu9mPvkXJpOzZCSw9DM6CUTJZQnqC
ABnBnRqoW++LUjPO/x3Tw+p5+2UlJDw+MQ7IUSCq0/qNBSRyf9ACfuJlCsXZXAC+
xL0jbxtS/V9iB3g2S91I19rsGER4I6m1upHjrRdrKQLxH8kWTFI4pF5yh7ZFGykk
9Ect/GnkmndwQ+fCmIBItZ2jGTekr7GPY36+t4MHGFw/DsARD1ZCT4PkNfbIa5c4
OmrdqqMjtTLEgJDBK+aQbxr5Cpn+CZRFP5/La5C8ex5HcHvTvmOubHEeJSsGv2zf
fFhPOkg7IR6OdxrpPDiCJXcds1WZ/tXP7OBAO/5f8ZsB5ZKpGwIDAQABo1MwUTAd
BgNVHQ4EFgQUTJNXlcXNeszFrBsdyvJlaNdQCr0wHwYDVR0jBBgwFoAUTJNXlcXN
eszFrBsdyvJlaNdQCr0wDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOC
AQEAGXfMQfBgaR+iVaO3YGS4ICiesA8kp9k6XMHtUvcWcNkWOJ5brgntGlDQvvFI
tVXAawJsc60ea89q5mHaCD1dHYUP6pqUVYfZVq3rV6sHcd6bj+9e0V8EsZm7lGjG
q4ipT5fvVn82Y8f5jMiPGJCXd2cUcv3p3A+Ythxiy7uHsnNEeEU9uGrMSmrpb67M
uSirDnOnviT4G2gxGaZVe9tRCjJqqbn3spdBPG/i0TbsmlLNiwKZlefp+XgWUYGh
EEoPrFEL6/jG9taDMxNP8dxVxQJwG0oSwAEEfs+wP15IIP7yqofh3RIakXLNAsjG
/WDxeUcvR2AP0JlS20zMVAXs6g==
-----END CERTIFICATE-----`;
  const signature =
    "KAZwx2k4FR6ox53MQGZL4dfvZmQEW291dQi1zbkM3W+8IJSEG9Wj4EQNhBHb3RZh6oofHAc1FkX6YeLbT1PvkSu5laKk964PTCgSKnvVuCbQTPRquNZJyj9s2YbiIHeRD8BQeTvhOf+dSs5/LQQMQgsaDlaDqt6s2lnlfHmRRbdTGiWG+C3xyWlofKnBQkmQeoIeCFM6JttQd1qsXKq2GNQU4t7lVmE4fzbUxxBQsiG8ts1n2etSNDu/OX5kCW8DBGw+TUKtn/uJ0CLlnL2W+pu4AeUm45p5zas936e6k9X+bx36aIRFbzkvKCx4m7nE8AUuco4u8j7dW/Cb276zmA==";
  const body = `{"id":"WH-TEST-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"CAP-1","custom_id":"01900000-0000-7000-8000-0000000000aa","amount":{"value":"10.00","currency_code":"USD"},"supplementary_data":{"related_ids":{"order_id":"ORDER-1"}}}}`;
  const url = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270";
  const headers = {
    "paypal-transmission-id": "tx-1",
    "paypal-transmission-time": "2026-11-21T10:00:00Z",
    "paypal-transmission-sig": signature,
    "paypal-cert-url": url,
    "paypal-auth-algo": "SHA256withRSA",
  };
  const asked: string[] = [];
  const verify = (more: Record<string, string> = {}, text = body, webhookId = "WH-ID-1") =>
    verifyPaypalSignature(
      { headers: new Headers({ ...headers, ...more }), rawBody: Buffer.from(text) },
      webhookId,
      async (address) => {
        asked.push(address);
        return certificate;
      },
    );

  it("is known by RSA over id, time, webhook id and the checksum of the raw body", async () => {
    expect(await verify()).toBe(true);
    expect(await verify({}, `${body} `)).toBe(false);
    expect(await verify({}, body, "WH-ID-2")).toBe(false);
    expect(await verify({ "paypal-transmission-id": "tx-2" })).toBe(false);
    expect(await verify({ "paypal-auth-algo": "none" })).toBe(false);
    expect(await verify({}, body, "")).toBe(false);
  });

  it("never fetches a certificate from another host", async () => {
    asked.length = 0;
    for (const bad of [
      "https://paypal.com.evil.test/cert",
      "https://evilpaypal.com/cert",
      "https://api.paypal.com@evil.test/cert",
      "https://api.paypal.com:8443/cert",
      "http://api.paypal.com/cert",
      "https://evil.test/?.paypal.com",
      "not an address",
    ]) {
      expect(isPaypalAddress(bad)).toBe(false);
      expect(await verify({ "paypal-cert-url": bad })).toBe(false);
    }
    expect(asked).toEqual([]);
  });

  it("names the order, our payment and the sum", () => {
    const note = adapterOf("paypal").parseWebhook({ headers: new Headers(), rawBody: Buffer.from(body) });
    expect(note).toMatchObject({
      deliveryKey: "WH-TEST-1",
      subject: { kind: "payment", externalId: "ORDER-1" },
      reference: PAYMENT,
      claimed: { amount: parseAmount("10"), currency: "USD" },
    });
  });
});
