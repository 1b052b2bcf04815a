import type { ChannelAdapter } from "./channel-adapter.ts";
import { whatsappAdapter } from "./whatsapp/adapter.ts";

/** Every channel type that talks to a provider; `api` and `widget` have none. */
const ADAPTERS: Readonly<Record<string, ChannelAdapter>> = { whatsapp: whatsappAdapter };

/** The adapter of a channel type, or undefined where no provider stands behind it. */
export function channelAdapter(type: string): ChannelAdapter | undefined {
  return Object.hasOwn(ADAPTERS, type) ? ADAPTERS[type] : undefined;
}
