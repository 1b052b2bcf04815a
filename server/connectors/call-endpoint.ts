import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { TenantTransaction } from "#db/tenant.ts";
import { redact, redactUrl } from "#domain/connectors/redact.ts";
import { type BuiltRequest, buildRequest, mapResponse } from "#domain/connectors/request-template.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { Json, Variables } from "#domain/core/json.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { knownFees, rememberFees } from "#server/billing/meter/known-fees.ts";
import { type FeeFacts, feeFacts } from "#server/billing/meter/owe-usage.ts";
import { failureOf, guardedFetch, readLimited } from "#server/runtime/net/guarded-fetch.ts";
import { once } from "#server/runtime/process.ts";
import { authenticate } from "./authenticate.ts";
import { getLiveConnector, type LiveConnector, type LiveEndpoint } from "./live-connector.ts";

const MAX_ANSWER = 2 * 1024 * 1024;
const answers = once("connectors.answers", () => new LRUCache<string, Kept>({ max: 5_000 }));
type Cached = { output: Json; response: Json; statusCode: number };
type Kept = { answer: Cached; askedAtMs: number };

export type CallPurpose = {
  tenantId: TenantId;
  connectorId: string;
  endpointId: string;
  inputs: Variables;
  /** execution:node:visit; travels as idempotency key, so that a repeated write is one write. */
  effectKey: string | null;
  conversationId: string | null;
  executionId: string | null;
  nodeKey: string | null;
};

/** A call that is built and about to be written down. */
export type ConnectorCall = CallPurpose & {
  logId: string;
  connector: LiveConnector;
  endpoint: LiveEndpoint;
  request: BuiltRequest;
  cacheKey: string | null;
  cached: Cached | null;
  startedAt: string;
  /** Whether it is metered; told by the statement that writes it down. */
  fee: FeeFacts | null;
};

export type CallOutcome = {
  ok: boolean;
  output: Json;
  response: Json;
  statusCode: number | null;
  error: string | null;
  retryable: boolean;
  /** Sent, answer unknown: never repeated unless the endpoint makes that safe. */
  uncertain: boolean;
  attempts: number;
  durationMs: number;
};

const isWrite = (method: string) => method !== "GET" && method !== "HEAD";

/** Whether a call may be made again after an unknown end. */
export function isRepeatable(endpoint: { method: string; idempotencyHeader: string | null }): boolean {
  return !isWrite(endpoint.method) || endpoint.idempotencyHeader !== null;
}

/** Builds a call from its endpoint's templates; throws `not_found`, or `invalid` where an input is missing. */
export async function openCall(purpose: CallPurpose, now: string): Promise<ConnectorCall> {
  const connector = await getLiveConnector(purpose.tenantId, purpose.connectorId);
  const endpoint = connector.endpoints.get(purpose.endpointId);
  if (!endpoint) throw notFound("connector_endpoints");
  const built = buildRequest(connector.baseUrl, endpoint, purpose.inputs);
  if (endpoint.idempotencyHeader && purpose.effectKey) {
    built.headers[endpoint.idempotencyHeader.toLowerCase()] = purpose.effectKey;
  }
  const cacheable = endpoint.cacheSeconds > 0 && !isWrite(endpoint.method);
  const cacheKey = cacheable
    ? createHash("sha256")
        .update(`${purpose.tenantId}\n${endpoint.id}\n${JSON.stringify(built)}`)
        .digest("hex")
    : null;
  const kept = cacheKey ? answers.get(cacheKey) : undefined;
  // Its age counts on the tenant's clock, which a sandbox may set; the cache's own time only bounds the memory.
  const age = kept ? Date.parse(now) - kept.askedAtMs : 0;
  const cached = kept && age >= 0 && age < endpoint.cacheSeconds * 1000 ? kept.answer : null;
  return {
    ...purpose,
    logId: newId(),
    connector,
    endpoint,
    request: authenticate(connector, built),
    cacheKey,
    cached,
    startedAt: now,
    fee: null,
  };
}

/** Writes the call down as pending, secrets blacked out. Commit it before the call leaves. */
export function insertCallLog(tx: TenantTransaction, call: ConnectorCall): Promise<void> {
  const secrets = Object.values(call.connector.credentials);
  const known = knownFees(tx.tenantId, "api_call");
  const { method, url, headers, body } = call.request;
  const request = redact(
    { headers, body: body === null ? null : (JSON.parse(body) as Json), inputs: call.inputs },
    secrets,
  );
  return tx.sql`insert into connector_logs (tenant_id, id, connector_id, endpoint_id, conversation_id, flow_execution_id, node_key,
      effect_key, method, url, request, status, started_at)
    values (${tx.tenantId}, ${call.logId}, ${call.connector.id}, ${call.endpoint.id}, ${call.conversationId}, ${call.executionId},
      ${call.nodeKey}, ${call.effectKey}, ${method}, ${redactUrl(url, secrets)}, ${JSON.stringify(request)}, 'pending', ${call.startedAt})
    on conflict (tenant_id, effect_key) where effect_key is not null do update set status = 'pending', attempts = connector_logs.attempts + 1
    ${known ? tx.sql`` : tx.sql`returning ${feeFacts(tx, "api_call")} as fee`}`.then(([row]) => {
    const fee = known?.fee ?? ((row?.fee ?? null) as FeeFacts | null);
    if (!known && fee) rememberFees(tx.tenantId, "api_call", { fee, limited: false });
    call.fee = fee;
  });
}

async function tryOnce(call: ConnectorCall): Promise<Omit<CallOutcome, "attempts" | "durationMs">> {
  const { request, connector, endpoint } = call;
  try {
    const response = await guardedFetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      timeoutMs: connector.timeoutSeconds * 1000,
    });
    const text = (await readLimited(response, MAX_ANSWER)).toString("utf8");
    const parsed = parse(text);
    const base = { response: parsed as Json, statusCode: response.status, uncertain: false };
    if (response.ok)
      return {
        ...base,
        ok: true,
        output: mapResponse(parsed, endpoint.responseMapping),
        error: null,
        retryable: false,
      };
    const retryable = response.status === 408 || response.status === 429 || response.status >= 500;
    const error = `${connector.name} answered ${response.status}.`;
    return {
      ...base,
      ok: false,
      output: null,
      error,
      retryable,
      uncertain: isWrite(request.method) && response.status >= 500,
    };
  } catch (error) {
    const none = { ok: false, output: null, response: null, statusCode: null };
    if (error instanceof AppError)
      return { ...none, error: error.message, retryable: false, uncertain: false };
    const failure = failureOf(error);
    const uncertain = isWrite(request.method) && failure.sent === "unknown";
    return {
      ...none,
      error: `${connector.name} did not answer: ${failure.message}.`,
      retryable: true,
      uncertain,
    };
  }
}

function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Milliseconds before the next try: 100, 200, 400 … up to two seconds. */
const pause = (attempt: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.min(2000, 50 * 2 ** attempt)));

/**
 * Makes the call: reads (and writes with an idempotency header) are tried again while that can help, up to the
 * connector's number of tries; another write is tried once. Never throws.
 */
export async function performCall(call: ConnectorCall): Promise<CallOutcome> {
  const started = performance.now();
  const took = () => Math.round(performance.now() - started);
  if (call.cached)
    return {
      ok: true,
      ...call.cached,
      error: null,
      retryable: false,
      uncertain: false,
      attempts: 0,
      durationMs: took(),
    };
  const most = isRepeatable(call.endpoint) ? Math.max(1, call.connector.retryCount) : 1;
  for (let attempts = 1; ; attempts += 1) {
    const outcome = await tryOnce(call);
    if (outcome.ok && call.cacheKey) {
      const { output, response, statusCode } = outcome;
      answers.set(
        call.cacheKey,
        {
          answer: { output, response, statusCode: statusCode ?? 200 },
          askedAtMs: Date.parse(call.startedAt),
        },
        { ttl: call.endpoint.cacheSeconds * 1000 },
      );
    }
    if (outcome.ok || !outcome.retryable || attempts >= most)
      return { ...outcome, attempts, durationMs: took() };
    await pause(attempts);
  }
}

/** Settles the call's log row, secrets blacked out of the answer too. */
export function settleCallLog(
  tx: TenantTransaction,
  call: ConnectorCall,
  outcome: CallOutcome,
): Promise<unknown> {
  const status = call.cached
    ? "cached"
    : outcome.ok
      ? "succeeded"
      : outcome.uncertain
        ? "uncertain"
        : "failed";
  const response = redact(outcome.response, Object.values(call.connector.credentials));
  return tx.sql`
    with log as (
      update connector_logs set status = ${status}, success = ${outcome.ok}, status_code = ${outcome.statusCode},
        response = ${JSON.stringify(response)}, error = ${outcome.error}, attempts = ${Math.max(1, outcome.attempts)}, duration_ms = ${outcome.durationMs}
      where tenant_id = ${tx.tenantId} and (id = ${call.logId} or (effect_key = ${call.effectKey} and ${call.effectKey}::text is not null))
    )
    update connectors set consecutive_errors = ${outcome.ok ? 0 : 1} + case when ${outcome.ok} then 0 else consecutive_errors end,
      last_error = case when ${outcome.ok} then last_error else ${outcome.error} end,
      status = case when ${outcome.ok} then 'active' when ${outcome.statusCode === null} then 'disconnected' else status end
    where tenant_id = ${tx.tenantId} and id = ${call.connector.id}
      and (not ${outcome.ok} or consecutive_errors > 0 or status <> 'active')`;
}
