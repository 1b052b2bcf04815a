import { noteChannelAnswer } from "#server/channels/channel-state.ts";
import type { LiveChannel } from "#server/channels/connected-channel.ts";
import { channelAdapter } from "#server/providers/channels/adapters.ts";
import type { OutboundMessage, SendOutcome } from "#server/providers/channels/channel-adapter.ts";

/** The outcome of a message that never left. */
export const notSent = (code: string, reason: string): SendOutcome => ({
  ok: false,
  retryable: false,
  uncertain: false,
  channelRefused: false,
  code,
  reason,
  retryAfterSeconds: null,
  httpStatus: null,
  raw: null,
});

/** Hands one prepared message to its provider. Never throws: whatever happens is an outcome to be recorded. */
export async function sendOutbound(channel: LiveChannel, message: OutboundMessage): Promise<SendOutcome> {
  const adapter = channelAdapter(channel.type);
  if (!adapter) return notSent("no_provider", "This channel has no provider to send through.");
  if (channel.paused)
    return notSent("channel_paused", "The channel is paused. Resume it in its settings and try again.");
  try {
    const outcome = await adapter.send(channel, message);
    await noteChannelAnswer(channel, outcome);
    return outcome;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...notSent("adapter_failed", reason), uncertain: true } as SendOutcome;
  }
}
