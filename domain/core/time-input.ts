import { z } from "zod";

/** What is said of a text that is no instant. */
export const INSTANT_WANTED = "Give a time as ISO 8601, such as 2026-12-01T00:00:00Z.";

/** An instant as ISO 8601 with an offset; a plain date means midnight UTC. Kept as UTC. */
export const instantInput = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], INSTANT_WANTED)
  .transform((text) => new Date(text).toISOString());

/** A calendar day. */
export const dayInput = z.iso.date("Give a day as YYYY-MM-DD, such as 2026-12-01.");
