import { z } from "zod";
import { text } from "#domain/core/text.ts";
import { decimalInput } from "#domain/money/money-input.ts";

const BUCKETS = 10_000;

const shareInput = decimalInput.refine((share) => Number(share) > 0 && Number(share) < 100, {
  message: "More than 0 and less than 100.",
});

/** One side of a trial of prices: the rule holds for `percent` of the tenants, always the same ones. */
export const priceTrialInput = z.strictObject({
  name: text(60),
  side: z.enum(["a", "b"]),
  percent: shareInput,
});

export type PriceTrial = z.infer<typeof priceTrialInput>;

/** FNV-1a, 32 bits (draft-eastlake-fnv), with a last mix, because names of one length differ in few bits. */
function hash(words: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < words.length; i += 1) {
    value ^= words.charCodeAt(i);
    value = Math.imul(value, 0x01000193);
  }
  value ^= value >>> 16;
  value = Math.imul(value, 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

/** A tenant's place in a trial, from 0 to 9999: the same on every machine and on every day. */
function trialPlace(name: string, tenantId: string): number {
  return hash(`${name}\n${tenantId.toLowerCase()}`) % BUCKETS;
}

/** Whether a side of a trial holds for a tenant: side a counts places from the bottom, side b from the top. */
export function isInTrial(trial: PriceTrial, tenantId: string | null): boolean {
  if (tenantId === null) return false;
  const share = Number(trial.percent) * (BUCKETS / 100);
  const place = trialPlace(trial.name, tenantId);
  return trial.side === "a" ? place < share : place >= BUCKETS - share;
}
