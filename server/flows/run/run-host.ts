import type { TenantTransaction } from "#db/tenant.ts";
import type { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import type { Command, RunEvent, RunState } from "#domain/flows/run/state.ts";
import type { LiveChannel } from "#server/channels/connected-channel.ts";
import type { LiveVersion } from "./flow-catalogue.ts";

/** Who a run talks to, and through what. */
export type TurnPartner = {
  tenantId: TenantId;
  conversationId: string;
  channel: LiveChannel;
  to: { address: string; phone: string | null; scopedUserId: string | null };
  language: string | null;
  /** The message that the run answers; usage of its steps hangs on it. */
  inboundMessageId: string | null;
};

/** A run while a turn drives it. */
export type RunHost = TurnPartner & {
  executionId: string;
  version: LiveVersion;
  state: RunState;
  /** False until its row is first written. */
  stored: boolean;
  startedAt: string;
  triggerMessageId: string | null;
  startedBy: Record<string, unknown>;
  waitingSince: string | null;
  waitedMs: number;
};

type Write = (tx: TenantTransaction) => Promise<unknown>;

/** What became of an effect: the event for the engine (none: the run is over), and what to write down. */
export type EffectResult = {
  event: RunEvent | null;
  settle: Write | null;
  /** Started once `settle` is committed, beside the next effect: before, both would want the same rows. */
  metering: (() => Promise<void>) | null;
  /** The plan's limit that stood against it; its words for customers take the place of the run's own. */
  refusal?: AppError | null;
};

/**
 * One effect of a run: written down in the transaction that reaches it, then performed. `silent`: writing it down is
 * all there is to it, and the run stops there.
 */
export type Effect = {
  command: Command;
  insert: Write;
  silent?: boolean;
  perform: () => Promise<EffectResult>;
};

/** The key of an effect: the same visit of the same node of the same run is the same deed. */
export function effectKey(
  executionId: string,
  command: { nodeKey: string; visit: number },
  part = "",
): string {
  return `${executionId}:${command.nodeKey}:${command.visit}${part ? `:${part}` : ""}`;
}

/** The key of a command's message. A farewell has its own: the node's message that failed may stand under the plain one. */
export function messageKey(executionId: string, command: Command): string {
  const farewell = command.type === "apologise" || command.type === "hand_off";
  return effectKey(executionId, command, farewell ? "farewell" : "");
}
