export type ChannelHealth = "healthy" | "warning" | "critical";

export type ChannelTrouble = {
  /** The connection's state. */
  status: string;
  /** Messages handed to the provider in the last hour, since the state last changed. */
  sent: number;
  /** How many of them failed. */
  failed: number;
  /** Webhooks of the last hour that could not be read. */
  failedWebhooks: number;
};

const CRITICAL_SHARE = 0.2;
const WARNING_SHARE = 0.05;

/** How a channel does, from its recent errors; one that the provider refuses is critical whatever was sent. */
export function channelHealth({ status, sent, failed, failedWebhooks }: ChannelTrouble): ChannelHealth {
  const share = sent === 0 ? 0 : failed / sent;
  if (status === "failed" || share > CRITICAL_SHARE) return "critical";
  return share > WARNING_SHARE || failedWebhooks > 0 ? "warning" : "healthy";
}
