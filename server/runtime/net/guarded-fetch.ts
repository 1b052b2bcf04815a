import dns from "node:dns";
import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import ipaddr from "ipaddr.js";
import { Agent } from "undici";
import { AppError } from "#domain/core/app-error.ts";
import { demoMode } from "../demo-mode.ts";
import { env } from "../env.ts";
import { once } from "../process.ts";

type LookupCallback = (error: Error | null, address?: unknown, family?: number) => void;

function refusal(host: string, port: string): AppError {
  const entry = `${host}:${port}`;
  const message = `${host} is not a public address. If this peer is meant, set OUTBOUND_ALLOW_PRIVATE=${entry}.`;
  return new AppError("precondition", "net.address_refused", message, { entry });
}

/** Whether an address is on the public internet: every private, loopback, link-local, mapped or reserved range is not. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

/** Resolves once and hands the socket the very address that was checked, so that a second answer cannot differ. */
function publicLookup(host: string, options: dns.LookupAllOptions, callback: LookupCallback): void {
  dns.lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error);
    const [first] = addresses;
    if (!first || addresses.some(({ address }) => !isPublicAddress(address))) {
      return callback(refusal(host, String(("port" in options && options.port) || "PORT")));
    }
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
}

const pool = { connections: 64, pipelining: 1, keepAliveTimeout: 30_000 };
const publicAgent = () =>
  once("net.public", () => new Agent({ ...pool, connect: { lookup: publicLookup as never } }));
const allowedAgent = () => once("net.allowed", () => new Agent(pool));

function portOf(url: URL): string {
  return url.port || (url.protocol === "https:" ? "443" : "80");
}

function allowedPrivate(url: URL): boolean {
  const entry = `${url.hostname}:${portOf(url)}`;
  return env()
    .OUTBOUND_ALLOW_PRIVATE.split(",")
    .some((allowed) => allowed.trim() === entry);
}

/** Turns the demo's stored `self:/path` into this process's own address. */
export function resolveSelf(address: string): string {
  return address.startsWith("self:")
    ? `http://127.0.0.1:${env().PORT}${address.slice("self:".length)}`
    : address;
}

async function isOwnDemo(url: URL): Promise<boolean> {
  const own = url.origin === `http://127.0.0.1:${env().PORT}` || url.origin === new URL(env().appUrl).origin;
  return own && url.pathname.startsWith("/api/demo/") && (await demoMode());
}

async function agentFor(url: URL): Promise<Agent> {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new AppError("invalid", "net.protocol", "Only http and https addresses can be called.");
  }
  if (allowedPrivate(url) || (await isOwnDemo(url))) return allowedAgent();
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (ipaddr.isValid(literal) && !isPublicAddress(literal)) throw refusal(url.hostname, portOf(url));
  return publicAgent();
}

export type GuardedInit = {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | null;
  timeoutMs?: number;
  signal?: AbortSignal | null;
};

/** An answer from outside, its body not read yet. */
export type GuardedResponse = {
  status: number;
  ok: boolean;
  headers: Headers;
  body: Readable;
};

const UNPACK: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Nobody is asked to pack an answer; who does it all the same is understood. */
function unpacked(body: Readable, encoding: string | null): Readable {
  const unpack = encoding ? UNPACK[encoding.trim().toLowerCase()] : undefined;
  return unpack ? pipeline(body, unpack(), () => undefined) : body;
}

function headersOf(raw: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) headers.append(name, one);
  }
  return headers;
}

/**
 * The one way out of the house: every call to an address that a tenant, a provider or a model named. Refuses whatever
 * is not public (but for OUTBOUND_ALLOW_PRIVATE and the demo's own peers), pins the resolved address, never follows a
 * redirect by itself. Throws `precondition` for a refused address, and the network's own error else.
 */
export async function guardedFetch(address: string, init: GuardedInit = {}): Promise<GuardedResponse> {
  const url = URL.parse(resolveSelf(address));
  if (!url) throw new AppError("invalid", "net.address", "The address is not a URL.");
  const dispatcher = await agentFor(url);
  const timeout = AbortSignal.timeout(init.timeoutMs ?? 30_000);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  const { method = "GET", headers = {}, body = null } = init;
  try {
    // Undici's own request: its fetch costs twice the processor time for the same call.
    const answer = await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: method as "GET",
      headers: { "user-agent": "Aurora", accept: "*/*", ...headers },
      body,
      signal,
    });
    const { statusCode: status } = answer;
    const received = headersOf(answer.headers);
    const content = unpacked(answer.body, received.get("content-encoding"));
    return { status, ok: status >= 200 && status < 300, headers: received, body: content };
  } catch (error) {
    // The lookup's own refusal arrives wrapped in "fetch failed".
    if (error instanceof Error && error.cause instanceof AppError) throw error.cause;
    throw error;
  }
}

/** Reads a body of at most `max` bytes; throws `unavailable` beyond. */
export async function readLimited(response: GuardedResponse, max: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > max) {
      response.body.destroy();
      throw new AppError("unavailable", "net.answer_too_large", `The answer is larger than ${max} bytes.`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** What a network failure means for a call that was sent: `never_sent` is safe to repeat, `unknown` is not. */
export function failureOf(error: unknown): { code: string; message: string; sent: "never_sent" | "unknown" } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const neverSent = [
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "UND_ERR_CONNECT_TIMEOUT",
    "EHOSTUNREACH",
    "ENETUNREACH",
  ];
  const message = cause instanceof Error ? cause.message : String(cause);
  return { code: code || "network", message, sent: neverSent.includes(code) ? "never_sent" : "unknown" };
}
