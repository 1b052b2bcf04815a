import type { TenantTransaction } from "#db/tenant.ts";
import type { ModelTask } from "#domain/ai/model-task.ts";
import { AppError } from "#domain/core/app-error.ts";
import { newId } from "#domain/core/id.ts";
import type { Json } from "#domain/core/json.ts";
import type { Command } from "#domain/flows/run/state.ts";
import {
  insertAttempt,
  meterBeside,
  openAttempt,
  performAttempt,
  settleAttempt,
} from "#server/ai/ai-attempt.ts";
import { chooseCandidate } from "#server/ai/choose-candidate.ts";
import { oweUsage } from "#server/billing/meter/owe-usage.ts";
import { insertCallLog, openCall, settleCallLog } from "#server/connectors/call-endpoint.ts";
import { performMetered } from "#server/connectors/call-usage.ts";
import { handOffConversation, resolveConversation } from "#server/inbox/conversation-state.ts";
import { openSend } from "#server/inbox/deliver/open-send.ts";
import { fillTemplate } from "#server/inbox/templates/fill-template.ts";
import { scheduleTimer } from "#server/runtime/timers.ts";
import { type Effect, type EffectResult, effectKey, messageKey, type RunHost } from "./run-host.ts";

export const FLOW_WAIT = "flow.wait";
type Of<T extends Command["type"]> = Extract<Command, { type: T }>;

const nothing: EffectResult = { event: null, settle: null, metering: null };

function taskOf(command: Of<"call_ai">): ModelTask {
  const { prompt, instructions } = command;
  if (command.mode === "extract") {
    return {
      kind: "extract",
      prompt,
      instructions,
      outputVariable: command.outputVariable,
      fields: command.fields,
      knownValues: [],
    };
  }
  if (command.mode === "classify")
    return { kind: "choose", prompt, instructions, branches: command.branches };
  return { kind: "generate", prompt, instructions };
}

async function openAi(host: RunHost, command: Of<"call_ai">, number: number): Promise<Effect> {
  const candidate = await chooseCandidate(host.tenantId, command.providerId);
  const purpose = {
    tenantId: host.tenantId,
    task: taskOf(command),
    key: effectKey(host.executionId, command),
    conversationId: host.conversationId,
    messageId: host.inboundMessageId,
    executionId: host.executionId,
    nodeKey: command.nodeKey,
  };
  const attempt = await openAttempt(purpose, candidate, command.model, number);
  return {
    command,
    insert: (tx) => insertAttempt(tx, attempt),
    async perform() {
      const outcome = await performAttempt(attempt);
      const event = outcome.ok
        ? ({ type: "effect_succeeded", output: outcome.output } as const)
        : ({ type: "effect_failed", error: outcome.error, retryable: outcome.retryable } as const);
      return {
        event,
        settle: (tx) => settleAttempt(tx, attempt, outcome),
        metering: () => meterBeside(attempt, outcome),
      };
    },
  };
}

async function openApi(host: RunHost, command: Of<"call_api">, now: string): Promise<Effect> {
  const call = await openCall(
    {
      tenantId: host.tenantId,
      connectorId: command.connectorId,
      endpointId: command.endpointId,
      inputs: command.inputs,
      effectKey: effectKey(host.executionId, command),
      conversationId: host.conversationId,
      executionId: host.executionId,
      nodeKey: command.nodeKey,
    },
    now,
  );
  return {
    command,
    insert: (tx) => insertCallLog(tx, call),
    async perform() {
      const { outcome, owed, refusal } = await performMetered(call);
      const event = outcome.ok
        ? ({ type: "effect_succeeded", output: outcome.output } as const)
        : ({ type: "effect_failed", error: outcome.error ?? "The call failed.", retryable: false } as const);
      const settle = (tx: TenantTransaction) =>
        Promise.all([settleCallLog(tx, call, outcome), owed && oweUsage(tx, owed)]);
      return { event, settle, metering: null, refusal };
    },
  };
}

type Words = {
  lastWords?: boolean;
  text: string;
  buttons: { id: string; title: string }[];
  template?: { name: string; language: string; parameters: string[] } | null;
};

/** A message of the run. Its delivery may go on later by itself; the run goes on as soon as the provider has answered. */
function openMessage(
  host: RunHost,
  command: Command,
  words: Words,
  now: string,
  extra?: (tx: TenantTransaction) => Promise<unknown>,
): Effect {
  const send = openSend(host, {
    role: "assistant",
    text: words.text,
    buttons: words.buttons,
    template: words.template ?? null,
    effectKey: messageKey(host.executionId, command),
    flowExecutionId: host.executionId,
    nodeKey: command.nodeKey,
    now,
    lastWords: words.lastWords ?? false,
  });
  return {
    command,
    insert: (tx) => Promise.all([send.insert(tx), extra?.(tx)]),
    async perform() {
      const result = await send.perform();
      const final = !result.outcome.ok && !result.outcome.retryable && !result.outcome.uncertain;
      const event = final
        ? ({ type: "effect_failed", error: result.reason, retryable: false } as const)
        : ({ type: "effect_succeeded", output: { messageId: result.messageId } } as const);
      return { event, settle: result.settle, metering: null, refusal: result.refusal };
    },
  };
}

async function openTemplate(host: RunHost, command: Of<"send_template">, now: string): Promise<Effect> {
  const filled = await fillTemplate(host.tenantId, {
    templateId: command.templateId,
    language: command.language ?? host.language,
    variables: command.variables,
  });
  const counted = (tx: TenantTransaction) => tx.sql`
    insert into counter_deltas (tenant_id, id, subject_type, subject_id, counter, delta)
    values (${tx.tenantId}, ${newId()}, 'message_template', ${command.templateId}, 'usage_count', 1)`;
  return openMessage(
    host,
    command,
    { text: filled.text, buttons: [], template: filled.whatsapp },
    now,
    counted,
  );
}

function openWait(host: RunHost, command: Of<"wait_reply"> | Of<"wait_timer">, now: string): Effect {
  const seconds = command.type === "wait_timer" ? command.seconds : command.timeoutSeconds;
  const dueAt = seconds === null ? null : new Date(Date.parse(now) + seconds * 1000).toISOString();
  const { nodeKey, visit } = command;
  return {
    command,
    silent: true,
    insert(tx) {
      const kept = tx.sql`
        insert into waitpoints (tenant_id, id, execution_id, conversation_id, node_key, visit, kind, due_at)
        values (${tx.tenantId}, ${newId()}, ${host.executionId}, ${host.conversationId}, ${nodeKey}, ${visit},
          ${command.type === "wait_timer" ? "timer" : "reply"}, ${dueAt})
        on conflict (tenant_id, execution_id, node_key, visit) do update set status = 'waiting', due_at = excluded.due_at`.execute();
      if (!dueAt) return kept;
      const payload = { conversationId: host.conversationId, executionId: host.executionId, nodeKey, visit };
      const timer = { kind: FLOW_WAIT, subjectId: host.executionId, dueAt, payload, replace: true };
      return Promise.all([kept, scheduleTimer(tx, timer)]);
    },
    perform: async () => nothing,
  };
}

/** The last words of a run that could not go on, or that hands over; a person takes the conversation. */
function openFarewell(host: RunHost, command: Of<"apologise"> | Of<"hand_off">, now: string): Effect {
  const words = command.type === "apologise" ? command.text : command.message;
  const handOver = (tx: TenantTransaction) =>
    handOffConversation(tx, { conversationId: host.conversationId, reason: command.reason, now });
  if (words === "") return { command, insert: handOver, silent: true, perform: async () => nothing };
  const message = openMessage(host, command, { text: words, buttons: [], lastWords: true }, now, handOver);
  return { ...message, perform: async () => ({ ...(await message.perform()), event: null }) };
}

/**
 * Prepares what a run must do outside: asks for quota, builds requests, fills templates, and returns how to write it
 * down and how to do it. Throws AppError where it cannot even begin; the run then takes its error path.
 */
export async function openEffect(
  host: RunHost,
  command: Command,
  now: string,
  aiAttempt = 1,
): Promise<Effect> {
  switch (command.type) {
    case "call_ai":
      return openAi(host, command, aiAttempt);
    case "call_api":
      return openApi(host, command, now);
    case "send_message":
      return openMessage(host, command, { text: command.text, buttons: command.buttons }, now);
    case "send_template":
      return openTemplate(host, command, now);
    case "wait_reply":
    case "wait_timer":
      return openWait(host, command, now);
    case "hand_off":
    case "apologise":
      return openFarewell(host, command, now);
    case "resolve":
      return {
        command,
        insert: (tx) => resolveConversation(tx, { conversationId: host.conversationId, by: "bot", now }),
        silent: true,
        perform: async () => nothing,
      };
  }
}

/** The engine's event for an effect that could not begin. */
export function cannotBegin(error: unknown) {
  if (!(error instanceof AppError)) throw error;
  return { type: "effect_failed", error: error.message, retryable: false } as const;
}

export type EffectOutput = Json;
