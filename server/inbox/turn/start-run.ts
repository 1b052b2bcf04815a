import { newId } from "#domain/core/id.ts";
import { advance, newRun } from "#domain/flows/run/advance.ts";
import { type Drive, type DriveEnd, driveRun } from "#server/flows/run/drive-run.ts";
import { getFlowVersion, listPublishedFlows, type PublishedFlow } from "#server/flows/run/flow-catalogue.ts";
import type { RunHost } from "#server/flows/run/run-host.ts";
import type { QueueItem, Turn } from "./load-turn.ts";

function holds(flow: PublishedFlow, words: string): boolean {
  const { trigger } = flow;
  if (trigger.type === "any_message") return true;
  if (trigger.type !== "keyword") return false;
  const said = words.toLowerCase();
  return trigger.keywords.some((keyword) => said.includes(keyword.toLowerCase()));
}

/** The flow a keyword in the message starts, before anybody is asked what it means; the highest priority wins. */
export async function flowByKeyword(turn: Turn, words: string): Promise<PublishedFlow | null> {
  const flows = await listPublishedFlows(turn.partner.tenantId);
  return flows.find((flow) => flow.trigger.type === "keyword" && holds(flow, words)) ?? null;
}

/** The flow of an intent, else one that takes any message. */
export async function flowByIntent(turn: Turn, intent: string | null): Promise<PublishedFlow | null> {
  const flows = await listPublishedFlows(turn.partner.tenantId);
  const named = intent
    ? flows.find((flow) => flow.trigger.type === "intent" && flow.trigger.intent === intent)
    : undefined;
  return named ?? flows.find((flow) => flow.trigger.type === "any_message") ?? null;
}

/** Begins a flow's published version for a message and drives it to its first stop. */
export async function startRun(
  turn: Turn,
  flow: PublishedFlow,
  item: QueueItem,
  now: string,
  drive: Drive,
): Promise<DriveEnd> {
  const { partner } = turn;
  const version = await getFlowVersion(partner.tenantId, flow.versionId);
  const host: RunHost = {
    ...partner,
    inboundMessageId: item.messageId,
    executionId: newId(),
    version,
    state: newRun(),
    stored: false,
    startedAt: now,
    triggerMessageId: item.messageId,
    startedBy: { type: "message", trigger: flow.trigger.type, messageId: item.messageId },
    waitingSince: null,
    waitedMs: 0,
  };
  const variables = {
    user_message: item.content,
    customer: turn.customer,
    conversation: turn.conversation,
    tenant: turn.tenant,
  };
  return driveRun(host, advance(version.snapshot, host.state, { type: "start", variables }), drive);
}
