import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import {
  insertAttempt,
  meterBeside,
  openAttempt,
  performAttempt,
  settleAttempt,
} from "#server/ai/ai-attempt.ts";
import { type Candidate, getAiCatalogue, type LiveIntent } from "#server/ai/ai-catalogue.ts";
import { settleLostAttempts } from "#server/ai/recover-attempts.ts";
import type { TurnPartner } from "#server/flows/run/run-host.ts";

type Write = (tx: TenantTransaction) => Promise<unknown>;
export type Detected = {
  intent: LiveIntent | null;
  confidence: number | null;
  /** Why the model was not asked, where a quota stood against it. */
  refusal: AppError | null;
  /** To be written with whatever follows: the call's answer, the message's intent, the intent's counters. */
  writes: Write[];
  metering: (() => Promise<void>)[];
};

type Tried = {
  name: string | null;
  confidence: number;
  writes: Write[];
  metering: (() => Promise<void>) | null;
  refusal: AppError | null;
};

async function ask(
  partner: TurnPartner,
  messageId: string,
  words: string,
  candidate: Candidate,
  intents: LiveIntent[],
  number: number,
): Promise<Tried> {
  const purpose = {
    tenantId: partner.tenantId,
    task: { kind: "classify", text: words, intents } as const,
    key: `message:${messageId}:classify`,
    conversationId: partner.conversationId,
    messageId,
    executionId: null,
    nodeKey: null,
  };
  const attempt = await openAttempt(purpose, candidate, null, number).catch((error: unknown) => {
    if (error instanceof AppError && error.kind === "limit_reached") return error;
    throw error;
  });
  // A quota that is used up: nothing is called, and the customer is told in the tenant's words.
  if (attempt instanceof AppError)
    return { name: null, confidence: 0, writes: [], metering: null, refusal: attempt };
  await withTenant(partner.tenantId, (tx) => insertAttempt(tx, attempt));
  const outcome = await performAttempt(attempt);
  return {
    name: outcome.ok && typeof outcome.output === "string" ? outcome.output : null,
    confidence: outcome.ok ? (outcome.confidence ?? 0) : 0,
    writes: [(tx) => settleAttempt(tx, attempt, outcome)],
    metering: () => meterBeside(attempt, outcome),
    refusal: null,
  };
}

function matched(tried: Tried | undefined, intents: LiveIntent[]): LiveIntent | null {
  const intent = intents.find((one) => one.name === tried?.name);
  return intent && tried && tried.confidence >= intent.threshold ? intent : null;
}

function remember(messageId: string, intent: LiveIntent | null, confidence: number): Write {
  const shown = confidence.toFixed(5);
  return async (tx) => {
    const marked = tx.sql`update messages set intent = ${intent?.name ?? null}, confidence = ${shown}
      where tenant_id = ${tx.tenantId} and id = ${messageId}`;
    const counted = intent
      ? tx.sql`insert into counter_deltas (tenant_id, id, subject_type, subject_id, counter, delta)
          values (${tx.tenantId}, ${newId()}, 'intent', ${intent.id}, 'match_count', 1),
            (${tx.tenantId}, ${newId()}, 'intent', ${intent.id}, 'confidence_sum', ${shown})`
      : null;
    await Promise.all([marked, counted]);
  };
}

/**
 * What a message is about: the tenant's provider is asked, and below the intent's threshold or on failure the offline
 * classifier; below both, nothing is. Every call made is written down, metered and shown.
 */
export async function detectIntent(
  partner: TurnPartner,
  messageId: string,
  words: string,
): Promise<Detected> {
  const none: Detected = { intent: null, confidence: null, refusal: null, writes: [], metering: [] };
  const { candidates, intents } = await getAiCatalogue(partner.tenantId);
  const first = candidates[0];
  if (!first || intents.length === 0 || words.trim() === "") return none;
  const number = await settleLostAttempts(partner.tenantId, `message:${messageId}:classify`);
  const tries = [await ask(partner, messageId, words, first, intents, number)];
  let intent = matched(tries[0], intents);
  const offline = candidates.find((candidate) => candidate.type === "offline");
  // A pause is a pause: the free classifier does not go on where a quota stopped the paid one.
  if (!intent && !tries[0]?.refusal && offline && offline.id !== first.id) {
    tries.push(await ask(partner, messageId, words, offline, intents, number + 1));
    intent = matched(tries[1], intents);
  }
  const confidence = Math.max(0, ...tries.map((tried) => tried.confidence));
  const writes = [...tries.flatMap((tried) => tried.writes), remember(messageId, intent, confidence)];
  const metering = tries.flatMap((tried) => tried.metering ?? []);
  const refusal = intent ? null : (tries.find((tried) => tried.refusal)?.refusal ?? null);
  return { intent, confidence, refusal, writes, metering };
}
