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

/** What a record can be of: a metered service, or the price that a record without one was given later. */
export const RECORD_TYPES = [...SERVICE_TYPES, "adjustment"] as const;

export type ServiceType = (typeof RECORD_TYPES)[number];

/** How a metered call ended. `unsettled`: nobody knows, so the reserved estimate is its cost and its price is 0. */
const USAGE_STATUSES = ["succeeded", "failed", "aborted", "unsettled"] as const;

export type UsageStatus = (typeof USAGE_STATUSES)[number];
