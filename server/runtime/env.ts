import { z } from "zod";
import { once } from "./process.ts";

const port = z.coerce.number().int().min(1).max(65_535);
const optional = z.string().min(1).optional();

const schema = z.object({
  PORT: port.default(3000),
  APP_URL: z.url().optional(),
  AURORA_ENV: z.literal("production").optional(),
  DATABASE_URL: optional,
  DATABASE_DIRECT_URL: optional,
  AURORA_DATA_DIR: z.string().min(1).default(".data"),
  AURORA_DEMO: z.enum(["0", "1"]).optional(),
  AUTH_SECRET: z.string().min(32).optional(),
  ENCRYPTION_KEY: z.string().min(32).optional(),
  INNGEST_BASE_URL: z.url().optional(),
  INNGEST_EVENT_KEY: optional,
  INNGEST_SIGNING_KEY: optional,
  SMTP_URL: optional,
  MAIL_FROM: z.string().default("Aurora <aurora@localhost>"),
  STRIPE_SECRET_KEY: optional,
  STRIPE_WEBHOOK_SECRET: optional,
  STRIPE_API_BASE: z.url({ protocol: /^https?$/ }).optional(),
  OUTBOUND_ALLOW_PRIVATE: z.string().default(""),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

export type Env = z.infer<typeof schema> & { appUrl: string; production: boolean };

/** Parses an environment; throws one readable sentence that names every wrong variable. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const filled = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(filled);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")} (${issue.message})`).join(", ");
    throw new Error(`The environment is not usable: ${wrong}. See .env.example.`);
  }
  const value = parsed.data;
  const production = value.AURORA_ENV === "production";
  if (production && (!value.AUTH_SECRET || !value.ENCRYPTION_KEY)) {
    throw new Error(
      "AURORA_ENV=production needs AUTH_SECRET and ENCRYPTION_KEY, each of 32 characters or more.",
    );
  }
  const appUrl = (value.APP_URL ?? `http://localhost:${value.PORT}`).replace(/\/+$/, "");
  return { ...value, appUrl, production };
}

/** The validated environment of this process. */
export function env(): Env {
  return once("env", () => parseEnv(process.env));
}
