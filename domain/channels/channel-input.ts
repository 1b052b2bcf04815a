import { z } from "zod";
import { text } from "#domain/core/text.ts";

const base = { apiBaseUrl: text(500).optional() };
const secret = text(2000);

/** Settings by channel type; the names are public contracts. Write-only ones are listed in `CHANNEL_SECRETS`. */
export const CHANNEL_SETTINGS = {
  whatsapp: z.strictObject({
    ...base,
    phoneNumberId: text(64).optional(),
    wabaId: text(64).optional(),
    accessToken: secret.optional(),
    appSecret: secret.optional(),
    verifyToken: secret.optional(),
  }),
  api: z.strictObject({ ...base }),
} as const;

export type ChannelType = keyof typeof CHANNEL_SETTINGS;
export const CHANNEL_TYPES = Object.keys(CHANNEL_SETTINGS) as [ChannelType, ...ChannelType[]];

export const CHANNEL_SECRETS: Readonly<Record<ChannelType, readonly string[]>> = {
  whatsapp: ["accessToken", "appSecret", "verifyToken"],
  api: [],
};

/** What a channel needs before it can work. */
export const CHANNEL_REQUIRED: Readonly<Record<ChannelType, readonly string[]>> = {
  whatsapp: ["phoneNumberId", "accessToken", "appSecret", "verifyToken"],
  api: [],
};

/** The setting that is the provider's own address of the channel: connected once in the whole house. */
export const CHANNEL_ADDRESS: Readonly<Record<ChannelType, string | null>> = {
  whatsapp: "phoneNumberId",
  api: null,
};

const settings = z.record(z.string(), z.union([z.string().max(2000), z.null()]));

export const channelCreate = z.strictObject({
  type: z.enum(CHANNEL_TYPES),
  name: text(120),
  settings: settings.default({}),
  botEnabled: z.boolean().default(true),
});

export const channelPatch = z.strictObject({
  name: text(120).optional(),
  settings: settings.optional(),
  botEnabled: z.boolean().optional(),
  paused: z.boolean().optional(),
});
