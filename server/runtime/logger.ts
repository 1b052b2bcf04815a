import pino from "pino";
import { once } from "./process.ts";

/** The process's logger. Message bodies and secrets are never logged; the redaction is the last line of defence. */
export const logger = once("logger", () =>
  pino({
    level: process.env.LOG_LEVEL ?? (process.env.VITEST ? "silent" : "info"),
    base: { service: "aurora" },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        "*.password",
        "*.token",
        "*.accessToken",
        "*.apiKey",
        "*.secret",
        "*.authorization",
        "*.content",
      ],
      censor: "[redacted]",
    },
  }),
);
