import { withTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { GroupQueue } from "#server/runtime/group-queue.ts";
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

// Large enough to amortise a commit, small enough that one caller's answer does not wait for thousands of rows.
const MAX_GROUP = 400;

async function settleAlone(tenantId: TenantId, op: MeterOp): Promise<Answered | GroupResult | null> {
  if (op.kind === "reserve") {
    const outcome = await tryFastReserve(op.request);
    return outcome && { outcome: { kind: "reserved", outcome }, currency: "" };
  }
  return op.kind === "commit" && !op.fact.adjusts ? tryFastCommit(tenantId, op) : null;
}

function answersOf(tenantId: TenantId, { decision, state }: GroupResult): Answered[] {
  rememberFooting(tenantId, state);
  if (decision.marks.length + decision.quotaEvents.length > 0) wakeRelay();
  return decision.outcomes.map((outcome) => ({ outcome, currency: state.currency }));
}

async function settle(tenantId: TenantId, ops: MeterOp[]): Promise<Answered[]> {
  const [alone, ...others] = ops;
  const done = alone && others.length === 0 ? await settleAlone(tenantId, alone) : null;
  if (done && "outcome" in done) return [done];
  return answersOf(tenantId, done ?? (await runGroup(tenantId, ops)));
}

const committer = () =>
  once(
    "billing.committer",
    () =>
      new GroupQueue<TenantId, MeterOp, Answered>({
        name: "billing.committer",
        most: MAX_GROUP,
        run: settle,
      }),
  );

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
