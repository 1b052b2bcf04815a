import { createVerify, X509Certificate } from "node:crypto";
import { crc32 } from "node:zlib";
import { LRUCache } from "lru-cache";
import { guardedFetch, readLimited } from "#server/runtime/net/guarded-fetch.ts";
import { once } from "#server/runtime/process.ts";
import type { WebhookRequest } from "./payment-gateway.ts";

const certificates = () =>
  once("payments.paypalCertificates", () => new LRUCache<string, string>({ max: 20, ttl: 3_600_000 }));

/** Whether the certificate's address is PayPal's own: https, the host ends in `.paypal.com`, no port or password. */
export function isPaypalAddress(address: string): boolean {
  const url = URL.parse(address);
  if (!url) return false;
  const plain = url.port === "" && url.username === "" && url.password === "";
  return url.protocol === "https:" && url.hostname.endsWith(".paypal.com") && plain;
}

async function fetchCertificate(address: string): Promise<string> {
  const known = certificates().get(address);
  if (known) return known;
  const answer = await guardedFetch(address, { timeoutMs: 10_000 });
  if (!answer.ok) throw new Error(`PayPal's certificate: status ${answer.status}`);
  const pem = (await readLimited(answer, 64 * 1024)).toString("utf8");
  certificates().set(address, pem);
  return pem;
}

/**
 * Whether PayPal signed a webhook: RSA over `id|time|webhook id|crc32 of the raw body`, with the certificate that the
 * request names, which is fetched only from PayPal's own hosts. `load` stands in for the network in tests.
 */
export async function verifyPaypalSignature(
  { headers, rawBody }: WebhookRequest,
  webhookId: string,
  load: (address: string) => Promise<string> = fetchCertificate,
): Promise<boolean> {
  const part = (name: string) => headers.get(`paypal-${name}`) ?? "";
  const address = part("cert-url");
  if (webhookId === "" || part("auth-algo") !== "SHA256withRSA" || !isPaypalAddress(address)) return false;
  const message = [part("transmission-id"), part("transmission-time"), webhookId, crc32(rawBody)].join("|");
  try {
    const certificate = new X509Certificate(await load(address));
    if (Date.parse(certificate.validTo) < Date.now()) return false;
    return createVerify("RSA-SHA256")
      .update(message)
      .verify(certificate.publicKey, part("transmission-sig"), "base64");
  } catch {
    return false;
  }
}
