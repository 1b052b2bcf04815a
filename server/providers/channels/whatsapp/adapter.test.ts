import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { servePeer } from "#server/demo/peers/serve-peer.ts";
import { WhatsappPeer } from "#server/demo/peers/whatsapp-peer.ts";
import { forget } from "#server/runtime/process.ts";
import type { OutboundMessage } from "../channel-adapter.ts";
import { whatsappAdapter } from "./adapter.ts";

const secrets = { accessToken: "EAAG", appSecret: "secret", verifyToken: "verify" };
const peer = new WhatsappPeer({ statuses: false });
let answer: ((request: Request) => Promise<Response>) | null = null;
let server: Awaited<ReturnType<typeof servePeer>>;
let channel: Parameters<typeof whatsappAdapter.send>[0];

beforeAll(async () => {
  server = await servePeer((request) => (answer ? answer(request) : peer.handle(request)));
  process.env.OUTBOUND_ALLOW_PRIVATE = new URL(server.url).host;
  forget("env");
  peer.register({
    phoneNumberId: "100",
    accessToken: "EAAG",
    appSecret: "secret",
    webhookUrl: "http://127.0.0.1:1/none",
    displayNumber: "+1",
  });
  channel = {
    id: "c",
    type: "whatsapp",
    name: "n",
    settings: { phoneNumberId: "100", apiBaseUrl: server.url },
    secrets,
  };
});
afterAll(() => server.close());

const outbound = (more: Partial<OutboundMessage> = {}): OutboundMessage => ({
  to: { address: "12025550123", phone: "+12025550123", scopedUserId: null },
  text: "Hello",
  buttons: [],
  template: null,
  replyToExternalId: null,
  attemptId: "attempt-1",
  ...more,
});

describe("the WhatsApp signature", () => {
  const sign = (body: string, secret = "secret") =>
    new Headers({
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    });

  it("is checked over the raw bytes, escapes and all", () => {
    const raw = '{"text":"caf\\u00e9 \\/ ok"}';
    expect(whatsappAdapter.verify({ headers: sign(raw), rawBody: Buffer.from(raw), secrets })).toBe(true);
    expect(
      whatsappAdapter.verify({
        headers: sign(JSON.stringify(JSON.parse(raw))),
        rawBody: Buffer.from(raw),
        secrets,
      }),
    ).toBe(false);
  });

  it("fails closed: another secret, none given, none stored, an altered body", () => {
    const rawBody = Buffer.from("{}");
    expect(whatsappAdapter.verify({ headers: sign("{}", "other"), rawBody, secrets })).toBe(false);
    expect(whatsappAdapter.verify({ headers: new Headers(), rawBody, secrets })).toBe(false);
    expect(whatsappAdapter.verify({ headers: sign("{}"), rawBody, secrets: {} })).toBe(false);
    expect(whatsappAdapter.verify({ headers: sign("{}"), rawBody: Buffer.from("{ }"), secrets })).toBe(false);
  });

  it("answers the address check with the challenge only to the right verify token", () => {
    const query = (token: string) =>
      new URLSearchParams({ "hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158" });
    expect(whatsappAdapter.handshake?.(query("verify"), secrets)).toBe("1158");
    expect(whatsappAdapter.handshake?.(query("guess"), secrets)).toBeNull();
  });
});

describe("sending through the Cloud API", () => {
  it("is accepted with the provider's id, for texts, buttons and users without a phone", async () => {
    expect(await whatsappAdapter.send(channel, outbound())).toMatchObject({ ok: true, httpStatus: 200 });
    expect(
      await whatsappAdapter.send(channel, outbound({ buttons: [{ id: "yes", title: "Yes" }] })),
    ).toMatchObject({ ok: true });
    const bsuid = { address: "US.1", phone: null, scopedUserId: "US.1" };
    expect(await whatsappAdapter.send(channel, outbound({ to: bsuid }))).toMatchObject({ ok: true });
  });

  it("says why a message is refused and whether trying again helps", async () => {
    const bad = await whatsappAdapter.send(
      { ...channel, secrets: { ...secrets, accessToken: "old" } },
      outbound(),
    );
    expect(bad).toMatchObject({ ok: false, code: "190", retryable: false, channelRefused: true });
    for (const [code, retryable] of [
      [131056, true],
      [131047, false],
      [130429, true],
      [132001, false],
    ] as const) {
      answer = async () => Response.json({ error: { code, message: "no" } }, { status: 400 });
      expect(await whatsappAdapter.send(channel, outbound())).toMatchObject({
        ok: false,
        code: String(code),
        retryable,
      });
    }
    answer = null;
  });

  it("knows the difference between never sent and no answer", async () => {
    const closed = await servePeer(async () => new Response());
    await closed.close();
    const gone = { ...channel, settings: { ...channel.settings, apiBaseUrl: closed.url } };
    process.env.OUTBOUND_ALLOW_PRIVATE += `,${new URL(closed.url).host}`;
    forget("env");
    expect(await whatsappAdapter.send(gone, outbound())).toMatchObject({
      ok: false,
      uncertain: false,
      retryable: true,
    });
    answer = async () => new Response("bad gateway", { status: 502 });
    expect(await whatsappAdapter.send(channel, outbound())).toMatchObject({ ok: false, uncertain: true });
    answer = async () => new Response('{"messages":[{"id":"wamid', { status: 200 });
    expect(await whatsappAdapter.send(channel, outbound())).toMatchObject({ ok: false, uncertain: true });
    answer = async () => Response.json({ error: { code: 987654, message: "Try later" } }, { status: 503 });
    expect(await whatsappAdapter.send(channel, outbound())).toMatchObject({
      ok: false,
      uncertain: false,
      retryable: true,
      code: "987654",
      httpStatus: 503,
    });
    answer = null;
  });
});
