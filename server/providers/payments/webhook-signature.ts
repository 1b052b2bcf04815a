import { createHmac, timingSafeEqual } from "node:crypto";

type Signed = {
  secret: string;
  content: Buffer | string;
  algorithm: "sha256" | "sha512";
  encoding: "hex" | "base64";
};

/** Whether a signature is the HMAC of the content, compared in constant time. An empty secret fits nothing. */
export function hmacFits(signature: string | null, signed: Signed): boolean {
  if (!signature || signed.secret === "") return false;
  const expected = createHmac(signed.algorithm, signed.secret).update(signed.content).digest(signed.encoding);
  const [given, wanted] = [Buffer.from(signature), Buffer.from(expected)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
