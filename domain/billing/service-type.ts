/** What can be metered; embeddings and reranking are `token`. */
export const SERVICE_TYPES = [
  "token",
  "voice",
  "sms",
  "email",
  "api_call",
  "message",
  "storage",
  "bandwidth",
] as const;

export type ServiceType = (typeof SERVICE_TYPES)[number];

/** How a metered call ended. `unsettled`: nobody knows, so the reserved estimate is its cost and its price is 0. */
const USAGE_STATUSES = ["succeeded", "failed", "aborted", "unsettled"] as const;

export type UsageStatus = (typeof USAGE_STATUSES)[number];
