import { type TenantTransaction, writeTenant } from "#db/tenant.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { advance } from "#domain/flows/run/advance.ts";
import type { RunEvent } from "#domain/flows/run/state.ts";
import { type DriveEnd, driveRun } from "#server/flows/run/drive-run.ts";
import { FLOW_WAIT } from "#server/flows/run/open-effect.ts";
import { recoverRun } from "#server/flows/run/recover-run.ts";
import { clock } from "#server/runtime/clock.ts";
import { cancelTimer } from "#server/runtime/timers.ts";
import { detectIntent } from "./detect-intent.ts";
import { fallBack } from "./fall-back.ts";
import { giveLeaseBack, keepLease, releaseLease } from "./lease.ts";
import { type QueueItem, readTurn, type Turn, type TurnFacts, toTurn } from "./load-turn.ts";
import { flowByIntent, flowByKeyword, startRun } from "./start-run.ts";

type Write = (tx: TenantTransaction) => Promise<unknown>;

const handled =
  (item: QueueItem): Write =>
  (tx) =>
    tx.sql`update conversation_inbox set handled_at = now() where tenant_id = ${tx.tenantId} and id = ${item.id}`.execute();

/** Marks an item as seen and gives the conversation back, in one write. */
async function justHandled(turn: Turn, item: QueueItem): Promise<DriveEnd> {
  const { partner, leaseOwner } = turn;
  const [free] = await writeTenant<[boolean, unknown]>(partner.tenantId, (tx) => {
    const marked = handled(item)(tx);
    return [giveLeaseBack(tx, partner.conversationId, leaseOwner), marked];
  });
  return free ? "free" : "more";
}

const giveBack = (turn: Turn) => (tx: TenantTransaction) =>
  giveLeaseBack(tx, turn.partner.conversationId, turn.leaseOwner);

/** A reply or a time-out for the run that waits; one that does not fit it is only marked as seen. */
async function resumeRun(
  turn: Turn,
  run: NonNullable<Turn["run"]>,
  item: QueueItem,
  now: string,
): Promise<DriveEnd> {
  const { host } = run;
  const { payload } = item;
  const { state } = host;
  const stale =
    item.kind === "timer" &&
    (payload.executionId !== host.executionId ||
      payload.nodeKey !== state.current ||
      payload.visit !== state.visits[payload.nodeKey ?? ""]);
  if (state.status !== "waiting" || stale) return justHandled(turn, item);
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
        where tenant_id = ${tx.tenantId} and execution_id = ${host.executionId} and node_key = ${current} and status = 'waiting'`.execute(),
      cancelTimer(tx, { kind: FLOW_WAIT, subjectId: host.executionId }),
    ]);
  return driveRun(host, advance(host.version.snapshot, state, event), {
    consume: [handled(item), settled],
    giveBack: giveBack(turn),
  });
}

/** A message that no run waits for: a keyword's flow, the intent's flow, else people. */
async function answerMessage(turn: Turn, item: QueueItem, now: string): Promise<DriveEnd> {
  const keyword = await flowByKeyword(turn, item.content);
  if (keyword)
    return startRun(turn, keyword, item, now, { consume: [handled(item)], giveBack: giveBack(turn) });
  const detected = item.messageId ? await detectIntent(turn.partner, item.messageId, item.content) : null;
  const consume = [handled(item), ...(detected?.writes ?? [])];
  const flow = await flowByIntent(turn, detected?.intent?.name ?? null);
  const metering = detected?.metering ?? [];
  if (flow) return startRun(turn, flow, item, now, { consume, metering, giveBack: giveBack(turn) });
  const reason = detected?.refusal?.message ?? "No flow answers this.";
  await fallBack(turn, consume, reason, now, detected?.refusal?.details?.pauseMessage ?? undefined);
  await Promise.all(metering.map((meter) => meter()));
  return "held";
}

/** Whether the bot may speak here at all; where it may not, the message waits for people. */
function botIsSilent(turn: Turn): boolean {
  return turn.handler !== "bot" || !turn.partner.channel.botEnabled || turn.partner.channel.paused;
}

async function handleItem(turn: Turn, item: QueueItem, now: string): Promise<DriveEnd> {
  if (turn.run && item.kind === "timer") return resumeRun(turn, turn.run, item, now);
  if (item.kind === "timer" || botIsSilent(turn)) return justHandled(turn, item);
  if (turn.tenantStatus === "suspended") {
    await fallBack(turn, [handled(item)], "The workspace is suspended.", now);
    return "held";
  }
  if (turn.run) return resumeRun(turn, turn.run, item, now);
  if (!turn.aiEnabled) {
    const keyword = await flowByKeyword(turn, item.content);
    if (!keyword) return justHandled(turn, item);
    return startRun(turn, keyword, item, now, { consume: [handled(item)], giveBack: giveBack(turn) });
  }
  return answerMessage(turn, item, now);
}

async function workOn(turn: Turn, now: string): Promise<DriveEnd> {
  const { run } = turn;
  if (run?.host.state.status === "running") return recoverRun(run.host, run.command, giveBack(turn));
  const item = turn.queue[0];
  return item ? handleItem(turn, item, now) : "held";
}

/**
 * One conversation's turn, one at a time by its lease: goes on with a run that a dead process left behind, then
 * works off the queue in the provider's order, and gives the lease back when nothing waits any more. `loaded` is what
 * the transaction that took the lease has read already.
 */
export async function runTurn(
  tenantId: TenantId,
  conversationId: string,
  leaseOwner: string,
  loaded: TurnFacts | null = null,
): Promise<void> {
  const stop = keepLease(tenantId, conversationId, leaseOwner);
  let facts = loaded;
  try {
    for (let end: DriveEnd = "more"; end !== "free"; ) {
      const now = await clock.now(tenantId);
      facts ??= await readTurn(tenantId, conversationId);
      const turn = facts ? await toTurn(tenantId, conversationId, leaseOwner, facts, now) : null;
      if (!turn) return;
      facts = null;
      end = await workOn(turn, now.toISOString());
      if (end === "held" && (await releaseLease(tenantId, conversationId, leaseOwner))) return;
    }
  } finally {
    stop();
  }
}
