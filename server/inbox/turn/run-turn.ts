import { type TenantTransaction, withTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { advance } from "#domain/flows/run/advance.ts";
import type { RunEvent } from "#domain/flows/run/state.ts";
import { driveRun } from "#server/flows/run/drive-run.ts";
import { FLOW_WAIT } from "#server/flows/run/open-effect.ts";
import { recoverRun } from "#server/flows/run/recover-run.ts";
import { clock } from "#server/runtime/clock.ts";
import { cancelTimer } from "#server/runtime/timers.ts";
import { detectIntent } from "./detect-intent.ts";
import { fallBack } from "./fall-back.ts";
import { keepLease, releaseLease } from "./lease.ts";
import { loadTurn, type QueueItem, type Turn } from "./load-turn.ts";
import { flowByIntent, flowByKeyword, startRun } from "./start-run.ts";

type Write = (tx: TenantTransaction) => Promise<unknown>;

const handled =
  (item: QueueItem): Write =>
  (tx) =>
    tx.sql`update conversation_inbox set handled_at = now() where tenant_id = ${tx.tenantId} and id = ${item.id}`;

const justHandled = (turn: Turn, item: QueueItem) => withTenant(turn.partner.tenantId, handled(item));

/** A reply or a time-out for the run that waits; one that does not fit it is only marked as seen. */
async function resumeRun(
  turn: Turn,
  run: NonNullable<Turn["run"]>,
  item: QueueItem,
  now: string,
): Promise<void> {
  const { host } = run;
  const { payload } = item;
  const { state } = host;
  const stale =
    item.kind === "timer" &&
    (payload.executionId !== host.executionId ||
      payload.nodeKey !== state.current ||
      payload.visit !== state.visits[payload.nodeKey ?? ""]);
  if (state.status !== "waiting" || stale) return void (await justHandled(turn, item));
  const event: RunEvent =
    item.kind === "timer"
      ? { type: "timer" }
      : { type: "reply", text: item.content, ...(payload.buttonId ? { buttonId: payload.buttonId } : {}) };
  host.inboundMessageId = item.messageId ?? host.inboundMessageId;
  if (host.waitingSince) host.waitedMs += Math.max(0, Date.parse(now) - Date.parse(host.waitingSince));
  host.waitingSince = null;
  const { current } = state;
  const settled: Write = (tx) =>
    Promise.all([
      tx.sql`update waitpoints set status = 'resolved', resolved_at = ${now}, resolved_by = ${JSON.stringify({ kind: item.kind, messageId: item.messageId })}
        where tenant_id = ${tx.tenantId} and execution_id = ${host.executionId} and node_key = ${current} and status = 'waiting'`,
      cancelTimer(tx, { kind: FLOW_WAIT, subjectId: host.executionId }),
    ]);
  await driveRun(host, advance(host.version.snapshot, state, event), [handled(item), settled]);
}

/** A message that no run waits for: a keyword's flow, the intent's flow, else people. */
async function answerMessage(turn: Turn, item: QueueItem, now: string): Promise<void> {
  const keyword = await flowByKeyword(turn, item.content);
  if (keyword) return startRun(turn, keyword, item, [handled(item)], now);
  const detected = item.messageId ? await detectIntent(turn.partner, item.messageId, item.content) : null;
  const writes = [handled(item), ...(detected?.writes ?? [])];
  const flow = await flowByIntent(turn, detected?.intent?.name ?? null);
  const metering = detected?.metering ?? [];
  if (flow) return startRun(turn, flow, item, writes, now, metering);
  const reason = detected?.refusal?.message ?? "No flow answers this.";
  await fallBack(turn, writes, reason, now, detected?.refusal?.details?.pauseMessage ?? undefined);
  await Promise.all(metering.map((meter) => meter()));
}

/** Whether the bot may speak here at all; where it may not, the message waits for people. */
function botIsSilent(turn: Turn): boolean {
  return turn.handler !== "bot" || !turn.partner.channel.botEnabled || turn.partner.channel.paused;
}

async function handleItem(turn: Turn, item: QueueItem, now: string): Promise<void> {
  if (turn.run && item.kind === "timer") return resumeRun(turn, turn.run, item, now);
  if (item.kind === "timer" || botIsSilent(turn)) return void (await justHandled(turn, item));
  if (turn.tenantStatus === "suspended")
    return fallBack(turn, [handled(item)], "The workspace is suspended.", now);
  if (turn.run) return resumeRun(turn, turn.run, item, now);
  if (!turn.aiEnabled) {
    const keyword = await flowByKeyword(turn, item.content);
    if (keyword) return startRun(turn, keyword, item, [handled(item)], now);
    return void (await justHandled(turn, item));
  }
  return answerMessage(turn, item, now);
}

/**
 * One conversation's turn, one at a time by its lease: goes on with a run that a dead process left behind, then
 * works off the queue in the provider's order, and gives the lease back when nothing waits any more.
 */
export async function runTurn(tenantId: TenantId, conversationId: string, leaseOwner: string): Promise<void> {
  const stop = keepLease(tenantId, conversationId, leaseOwner);
  try {
    do {
      const now = await clock.now(tenantId);
      const turn = await loadTurn(tenantId, conversationId, now);
      if (!turn) return;
      if (turn.run?.host.state.status === "running") {
        await recoverRun(turn.run.host, turn.run.command);
        continue;
      }
      const item = turn.queue[0];
      if (item) await handleItem(turn, item, now.toISOString());
    } while (!(await releaseLease(tenantId, conversationId, leaseOwner)));
  } finally {
    stop();
  }
}
