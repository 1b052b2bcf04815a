import { withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { logger } from "#server/runtime/logger.ts";
import { wakeRelay } from "#server/runtime/outbox.ts";
import { once } from "#server/runtime/process.ts";
import type { MeterOp, OpOutcome } from "./decide-group.ts";
import { tryFastCommit } from "./fast-commit.ts";
import { tryFastReserve } from "./fast-reserve.ts";
import { findUsageRecord } from "./find-record.ts";
import { rememberFooting } from "./footing.ts";
import { type GroupResult, runGroup } from "./run-group.ts";
import {
  payloadHash,
  type Reservation,
  type ReserveOutcome,
  type ReserveRequest,
  shortHash,
  type UsageFact,
  type UsageRecord,
} from "./usage-fact.ts";
import { recordOf } from "./usage-record.ts";

type Answered = { outcome: OpOutcome; currency: string };
type Waiting = { op: MeterOp; resolve: (answer: Answered) => void; reject: (error: unknown) => void };
type TenantQueue = { waiting: Waiting[]; running: boolean };

// Large enough to amortise a commit, small enough that one caller's answer does not wait for thousands of rows.
const MAX_GROUP = 400;

/**
 * The group committer: operations of one tenant that arrive while a transaction runs form the next one. Nobody waits
 * for company; a lone operation runs at once. Each caller is answered after its own commit.
 */
class GroupCommitter {
  private readonly queues = new Map<TenantId, TenantQueue>();

  submit(tenantId: TenantId, op: MeterOp): Promise<Answered> {
    return new Promise((resolve, reject) => {
      let queue = this.queues.get(tenantId);
      if (!queue) {
        queue = { waiting: [], running: false };
        this.queues.set(tenantId, queue);
      }
      queue.waiting.push({ op, resolve, reject });
      if (!queue.running) void this.drain(tenantId, queue);
    });
  }

  private async drain(tenantId: TenantId, queue: TenantQueue): Promise<void> {
    queue.running = true;
    // Calls made in the same turn of the event loop belong together.
    await Promise.resolve();
    while (queue.waiting.length > 0) {
      const group = queue.waiting.splice(0, MAX_GROUP);
      await this.settle(tenantId, group);
    }
    queue.running = false;
    this.queues.delete(tenantId);
  }

  private async settle(tenantId: TenantId, group: Waiting[]): Promise<void> {
    try {
      if (await this.settleAlone(tenantId, group)) return;
      const ops = group.map((one) => one.op);
      this.answer(tenantId, group, await runGroup(tenantId, ops));
    } catch (error) {
      await this.splitOrReject(tenantId, group, error);
    }
  }

  private async settleAlone(tenantId: TenantId, group: Waiting[]): Promise<boolean> {
    const [alone, ...others] = group;
    if (!alone || others.length > 0) return false;
    if (alone.op.kind === "reserve") {
      const outcome = await tryFastReserve(alone.op.request);
      if (outcome) alone.resolve({ outcome: { kind: "reserved", outcome }, currency: "" });
      return outcome !== null;
    }
    if (alone.op.kind !== "commit") return false;
    const done = await tryFastCommit(tenantId, alone.op);
    if (done) this.answer(tenantId, group, done);
    return done !== null;
  }

  private answer(tenantId: TenantId, group: Waiting[], { decision, state }: GroupResult): void {
    rememberFooting(tenantId, state);
    if (decision.marks.length + decision.quotaEvents.length > 0) wakeRelay();
    for (const [i, one] of group.entries()) {
      const outcome = decision.outcomes[i];
      if (outcome) one.resolve({ outcome, currency: state.currency });
    }
  }

  private async splitOrReject(tenantId: TenantId, group: Waiting[], error: unknown): Promise<void> {
    if (group.length === 1) {
      group[0]?.reject(error);
      return;
    }
    // One bad operation must not fail its neighbours: halve until it stands alone.
    logger.warn({ tenantId, size: group.length, error }, "a metering group failed and is split");
    const middle = Math.ceil(group.length / 2);
    await this.settle(tenantId, group.slice(0, middle));
    await this.settle(tenantId, group.slice(middle));
  }
}

const committer = () => once("billing.committer", () => new GroupCommitter());

async function reserve(request: ReserveRequest): Promise<ReserveOutcome> {
  const { outcome } = await committer().submit(request.tenantId, { kind: "reserve", request });
  if (outcome.kind !== "reserved") throw new Error("A reservation got the answer of something else.");
  return outcome.outcome;
}

async function commit(fact: UsageFact): Promise<UsageRecord> {
  const keyHash = shortHash(fact.idempotencyKey);
  const month = `${fact.occurredAt.slice(0, 7)}-01`;
  const op: MeterOp = { kind: "commit", fact, keyHash, payloadHash: payloadHash(fact), month };
  const { outcome, currency } = await committer().submit(fact.tenantId, op);
  if (outcome.kind === "error") throw outcome.error;
  if (outcome.kind === "record") return recordOf(outcome.record, currency);
  if (outcome.kind !== "duplicate") throw new Error("A commit got the answer of something else.");
  const { recordId } = outcome;
  const stored = await withTenant(fact.tenantId, (tx) => findUsageRecord(tx, recordId));
  if (!stored) throw new AppError("unavailable", "usage.not_yet", "The record is being written; try again.");
  return stored;
}

async function release(tenantId: TenantId, reservation: Reservation): Promise<void> {
  if (reservation.id === null) return;
  await committer().submit(tenantId, { kind: "release", reservationId: reservation.id });
}

/**
 * The meter. Before a call `reserve` asks for room in the tenant's quotas; after it `commit` records what was really
 * used (also above the estimate, also after the reservation expired) or `release` gives the room back. `commit` is
 * idempotent by its key: the same fact again returns the same record, another fact under the key is a conflict.
 */
export const meter = { reserve, commit, release };
