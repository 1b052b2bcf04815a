import { withTenant } from "#db/tenant.ts";
import { notFound } from "#domain/core/app-error.ts";
import type { Json } from "#domain/core/json.ts";
import type { FlowSnapshot } from "#domain/flows/flow-definition.ts";
import { nodeByKey } from "#domain/flows/flow-definition.ts";
import { advance, newRun } from "#domain/flows/run/advance.ts";
import type { Command, RunEvent } from "#domain/flows/run/state.ts";
import { openCall, performCall } from "#server/connectors/call-endpoint.ts";
import { getLiveConnector } from "#server/connectors/live-connector.ts";
import { callOffline } from "#server/providers/ai/offline.ts";
import type { Actor } from "#server/trpc/context.ts";
import { readDraft } from "./draft.ts";
import { getExecution, listSteps } from "./read-flows.ts";

export type SimulatedTurn = { from: "customer" | "aurora" | "step"; text: string };

const ok = (output: Json): RunEvent => ({ type: "effect_succeeded", output });

async function simulateCall(
  actor: Actor,
  command: Extract<Command, { type: "call_api" }>,
): Promise<RunEvent> {
  const connector = await getLiveConnector(actor.tenantId, command.connectorId).catch(() => null);
  const endpoint = connector?.endpoints.get(command.endpointId);
  if (!endpoint)
    return { type: "effect_failed", error: "The connector or endpoint is missing.", retryable: false };
  // A test never writes into somebody's shop: a write answers with marked sample values.
  if (endpoint.method !== "GET")
    return ok(
      Object.fromEntries(Object.keys(endpoint.responseMapping).map((name) => [name, `test_${name}`])),
    );
  const none = { effectKey: null, conversationId: null, executionId: null, nodeKey: null };
  const call = await openCall(
    {
      tenantId: actor.tenantId,
      connectorId: command.connectorId,
      endpointId: command.endpointId,
      inputs: command.inputs,
      ...none,
    },
    new Date().toISOString(),
  );
  const outcome = await performCall(call);
  return outcome.ok
    ? ok(outcome.output)
    : { type: "effect_failed", error: outcome.error ?? "The call failed.", retryable: false };
}

async function simulateAi(command: Extract<Command, { type: "call_ai" }>): Promise<RunEvent> {
  const { prompt, instructions } = command;
  const task =
    command.mode === "extract"
      ? ({
          kind: "extract",
          prompt,
          instructions,
          outputVariable: command.outputVariable,
          fields: command.fields,
          knownValues: [],
        } as const)
      : command.mode === "classify"
        ? ({ kind: "choose", prompt, instructions, branches: command.branches } as const)
        : ({ kind: "generate", prompt, instructions } as const);
  const provider = {
    id: "offline",
    type: "offline",
    name: "Aurora offline",
    apiBaseUrl: null,
    apiKey: null,
    model: "aurora-offline",
    settings: {},
  } as const;
  const outcome = await callOffline({ provider, model: "aurora-offline", task });
  return outcome.ok ? ok(outcome.output) : { type: "effect_failed", error: outcome.error, retryable: false };
}

type Performed = { turns: SimulatedTurn[]; event: RunEvent | null };

async function perform(actor: Actor, command: Command, stepName: string): Promise<Performed> {
  const step = (text: string): SimulatedTurn => ({ from: "step", text });
  switch (command.type) {
    case "send_message":
      return { turns: [{ from: "aurora", text: command.text }], event: ok({}) };
    case "send_template":
      return {
        turns: [{ from: "aurora", text: `${stepName}: ${Object.values(command.variables).join(", ")}` }],
        event: ok({}),
      };
    case "call_ai":
      return { turns: [step(stepName)], event: await simulateAi(command) };
    case "call_api":
      return { turns: [step(stepName)], event: await simulateCall(actor, command) };
    case "wait_timer":
      return { turns: [step(`${stepName}: time passes`)], event: { type: "timer" } };
    case "apologise":
      return { turns: [{ from: "aurora", text: command.text }, step(command.reason)], event: null };
    case "hand_off":
      return {
        turns: [{ from: "aurora", text: command.message }, step("A person takes over")].filter(
          (turn) => turn.text !== "",
        ) as SimulatedTurn[],
        event: null,
      };
    default:
      return { turns: [], event: null };
  }
}

/**
 * Plays a conversation against the draft without touching a customer: the model is Aurora offline, reads are real,
 * writes answer with sample values, waits pass at once. Nothing is stored and nothing is billed.
 */
export async function testFlow(actor: Actor, input: { id: string; messages: string[] }) {
  const { draft } = await withTenant(actor.tenantId, (tx) => readDraft(tx, input.id));
  const said = [...input.messages];
  const turns: SimulatedTurn[] = [];
  const first = said.shift() ?? "";
  turns.push({ from: "customer", text: first });
  const sample = {
    id: "test",
    name: "Test customer",
    external_id: "test_customer",
    phone: "+15550100",
    email: "test@example.com",
    language: "en",
  };
  const variables = {
    user_message: first,
    customer: sample,
    conversation: { local_date: new Date().toISOString().slice(0, 10) },
    tenant: { name: "Test" },
  };
  let result = advance(draft, newRun(), { type: "start", variables });
  for (let effects = 0; effects < 200; effects += 1) {
    const { command } = result;
    if (!command) break;
    if (command.type === "wait_reply") {
      const text = said.shift();
      if (text === undefined) break;
      turns.push({ from: "customer", text });
      result = advance(draft, result.state, { type: "reply", text });
      continue;
    }
    const done = await perform(actor, command, nodeByKey(draft, command.nodeKey)?.name ?? command.nodeKey);
    turns.push(...done.turns);
    if (!done.event) break;
    result = advance(draft, result.state, done.event);
  }
  return {
    turns,
    status: result.state.status,
    currentNodeId: result.state.current,
    error: result.state.error,
  };
}

function replayOn(
  flow: FlowSnapshot,
  steps: { nodeKey: string; output: Json; status: string }[],
  variables: Record<string, Json>,
) {
  let result = advance(flow, newRun(), { type: "start", variables: variables as never });
  const recorded = [...steps];
  for (let effects = 0; effects < 200 && result.command; effects += 1) {
    const { command, state } = result;
    const at = recorded.findIndex((step) => step.nodeKey === command.nodeKey);
    const known = at >= 0 ? recorded.splice(at, 1)[0] : undefined;
    if (!known) break;
    if (command.type === "wait_reply") {
      const reply = (known.output as { text?: string } | null)?.text;
      if (reply === undefined) break;
      result = advance(flow, state, { type: "reply", text: reply });
    } else {
      result = advance(
        flow,
        state,
        known.status === "failed"
          ? { type: "effect_failed", error: "as recorded", retryable: false }
          : ok(known.output),
      );
    }
  }
  return {
    path: [
      ...result.state.executed,
      ...(result.state.current && !result.state.executed.includes(result.state.current)
        ? [result.state.current]
        : []),
    ],
    status: result.state.status,
  };
}

/** Plays a past run's recorded answers against the draft and says where the paths part. Nothing leaves the house. */
export async function replayExecution(actor: Actor, id: string) {
  const execution = await getExecution(actor, id);
  const { data: steps } = await listSteps(actor, id, { limit: 100 });
  const { draft } = await withTenant(actor.tenantId, (tx) => readDraft(tx, execution.flowId)).catch(() => {
    throw notFound("flows");
  });
  const variables = execution.variables as Record<string, Json>;
  const start = {
    user_message: variables.user_message ?? "",
    customer: variables.customer ?? {},
    conversation: variables.conversation ?? {},
    tenant: variables.tenant ?? {},
  };
  const recorded = steps.map((step) => ({
    nodeKey: step.nodeKey,
    output: (step.output ?? null) as Json,
    status: step.status,
  }));
  const replayed = replayOn(draft, recorded, start as Record<string, Json>);
  const before = steps.map((step) => step.nodeKey);
  const partsAt = before.findIndex((nodeKey, index) => replayed.path[index] !== nodeKey);
  return {
    executionId: id,
    recordedPath: before,
    replayedPath: replayed.path,
    status: replayed.status,
    same: partsAt < 0,
    partsAt: partsAt < 0 ? null : (before[partsAt] ?? null),
  };
}
