import { z } from "zod";
import { ALL_PERMISSIONS } from "#domain/access/permissions.ts";
import { SYSTEM_ROLES } from "#domain/access/roles.ts";
import { text } from "#domain/core/text.ts";
import { INSTANT_WANTED } from "#domain/core/time-input.ts";

const email = z.email().max(320);
const role = z.enum(SYSTEM_ROLES);

/** At least ten characters: length is what makes a password strong. */
export const password = text(200, 10);

export const memberCreate = z.strictObject({
  email,
  name: text(200),
  role,
  password: password
    .optional()
    .describe("For a person who is new here; who has an account keeps their password."),
});
export const memberPatch = z.strictObject({ role });

const cidr = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

export const apiKeyCreate = z.strictObject({
  name: text(120),
  scopes: z
    .array(z.enum(ALL_PERMISSIONS as [string, ...string[]]))
    .min(1)
    .max(100)
    .optional()
    .describe("Permissions; all of your own where left out."),
  ipAllowList: z.array(cidr).max(50).default([]).describe("Addresses or CIDR ranges; empty admits all."),
  rateLimitPerSecond: z.number().int().min(1).max(10_000).default(100),
  expiresAt: z.iso.datetime(INSTANT_WANTED).nullable().default(null),
});
