import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { env } from "#server/runtime/env.ts";
import { once } from "#server/runtime/process.ts";

export type DemoSecrets = {
  openAiKey: string;
  shopToken: string;
  /** `gatewayId` is the payment gateway that the seed made for it. */
  stripe: { secretKey: string; webhookSecret: string; gatewayId: string };
  /** By tenant slug. */
  whatsapp: Record<
    string,
    {
      phoneNumberId: string;
      displayNumber: string;
      accessToken: string;
      appSecret: string;
      verifyToken: string;
    }
  >;
  /** By e-mail address. */
  passwords: Record<string, string>;
  /** By tenant slug, and `platform`. */
  apiKeys: Record<string, string>;
};

const random = (bytes = 18) => randomBytes(bytes).toString("base64url");

function fresh(): DemoSecrets {
  const number = (phoneNumberId: string, displayNumber: string) => ({
    phoneNumberId,
    displayNumber,
    accessToken: `EAAG${random(24)}`,
    appSecret: randomBytes(16).toString("hex"),
    verifyToken: random(),
  });
  return {
    openAiKey: `sk-demo-${random()}`,
    shopToken: `shpat_${randomBytes(16).toString("hex")}`,
    stripe: { secretKey: `sk_test_${random()}`, webhookSecret: `whsec_${random(24)}`, gatewayId: "" },
    whatsapp: {
      shopeasy: number("106540352242922", "+15550100001"),
      "mario-foods": number("106540352242933", "+15550100002"),
    },
    passwords: {},
    apiKeys: {},
  };
}

const file = () => path.join(env().AURORA_DATA_DIR, "demo-secrets.json");

/** What the demo's peers and people prove themselves with: random for each installation, kept beside the data. */
export function demoSecrets(): DemoSecrets {
  return once("demo.secrets", () =>
    existsSync(file())
      ? // What an older installation does not have yet is made now.
        { ...fresh(), ...(JSON.parse(readFileSync(file(), "utf8")) as DemoSecrets) }
      : fresh(),
  );
}

/** Keeps them, readable by this user only. */
export function saveDemoSecrets(): void {
  writeFileSync(file(), JSON.stringify(demoSecrets()), { mode: 0o600 });
}

/** A password for a demo person, made once. */
export function demoPassword(email: string): string {
  const secrets = demoSecrets();
  secrets.passwords[email] ??= `demo-${random(9)}`;
  return secrets.passwords[email];
}
