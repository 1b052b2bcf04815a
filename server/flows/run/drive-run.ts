import { type TenantTransaction, withTenant, writeTenant } from "#db/tenant.ts";
import { AppError } from "#domain/core/app-error.ts";
import { advance } from "#domain/flows/run/advance.ts";
import type { Advance, RunEvent, StepRecord } from "#domain/flows/run/state.ts";
import { clock } from "#server/runtime/clock.ts";
import { wakeRelaySoon } from "#server/runtime/outbox.ts";
import { cannotBegin, openEffect } from "./open-effect.ts";
import { persistRun } from "./persist-run.ts";
import type { Effect, RunHost } from "./run-host.ts";

type Write = (tx: TenantTransaction) => Promise<unknown>;
type Metering = () => Promise<void>;

/** Steps since the last write; a later state of the same visit replaces the earlier. */
class Unwritten {
  steps: StepRecord[] = [];
  taken: string[] = [];

  add({ steps, taken }: Advance): void {
    for (const step of steps) {
      const at = this.steps.findIndex(
        (known) => known.nodeKey === step.nodeKey && known.visit === step.visit,
      );
      if (at < 0) this.steps.push(step);
      else {
        const variablesSet = { ...this.steps[at]?.variablesSet, ...step.variablesSet };
        this.steps[at] = { ...step, variablesSet, input: step.input ?? this.steps[at]?.input ?? null };
      }
    }
    this.taken.push(...taken);
  }

  clear(): void {
    this.steps = [];
    this.taken = [];
  }
}

type Opened = { result: Advance; effect: Effect | null };

/** Opens the effect of an advance; one that cannot begin sends the run down its error path instead. */
async function open(
  host: RunHost,
  first: Advance,
  unwritten: Unwritten,
  now: string,
  attempt: number,
): Promise<Opened> {
  let result = first;
  unwritten.add(result);
  host.state = result.state;
  for (;;) {
    if (!result.command) return { result, effect: null };
    try {
      return { result, effect: await openEffect(host, result.command, now, attempt) };
    } catch (error) {
      result = withPauseMessage(fail(host, cannotBegin(error), result), error);
      unwritten.add(result);
      host.state = result.state;
    }
  }
}

/** A tenant whose quota is used up tells its customers so in its own words, where it has set them. */
function withPauseMessage(result: Advance, error: unknown): Advance {
  const words = error instanceof AppError ? error.details?.pauseMessage : null;
  if (typeof words !== "string" || words === "" || result.command?.type !== "apologise") return result;
  return { ...result, command: { ...result.command, text: words } };
}

/** A farewell that cannot begin ends without words; anything else is a failed effect for the engine. */
function fail(host: RunHost, event: RunEvent, result: Advance): Advance {
  const running = result.state.status === "running";
  if (running) return advance(host.version.snapshot, result.state, event);
  return { ...result, command: null, steps: [], taken: [] };
}

/** What a drive begins with besides the engine's first advance. */
export type Drive = {
  /** Written with the first step: the queue row that brought the event, the message's intent. */
  consume?: readonly Write[];
  /** The number of the first AI call's attempt, where earlier ones were lost. */
  attempt?: number;
  /** Of calls that are settled by `consume`. */
  metering?: readonly Metering[];
  /** Written with the last step: gives the conversation back; false where more waits in its queue. */
  giveBack?: (tx: TenantTransaction) => Promise<boolean>;
};

/** Where a drive left the conversation: given back, more to do, or not asked. */
export type DriveEnd = "free" | "more" | "held";

/**
 * Drives a run from one advance of the engine to its next stop: writes the state and the attempt, performs the effect,
 * feeds the answer back, until the run waits or ends. Metering runs beside the next effect and is over when this
 * returns.
 */
export async function driveRun(host: RunHost, first: Advance, drive: Drive): Promise<DriveEnd> {
  const unwritten = new Unwritten();
  const running: Promise<void>[] = [];
  let metering: readonly Metering[] = drive.metering ?? [];
  let settle: readonly Write[] = drive.consume ?? [];
  let next: Advance | null = first;
  let attempt = drive.attempt ?? 1;
  let end: DriveEnd = "held";
  while (next) {
    const now = (await clock.now(host.tenantId)).toISOString();
    const { result, effect }: Opened = await open(host, next, unwritten, now, attempt);
    attempt = 1;
    const command = effect ? result.command : null;
    const progress = { steps: unwritten.steps, taken: unwritten.taken, command, now };
    const last = !effect || effect.silent === true;
    const writes = settle;
    const giveBack = last ? drive.giveBack : undefined;
    const [free] = await writeTenant<[boolean | undefined, ...unknown[]]>(host.tenantId, (tx) => {
      const sent = [...writes.map((write) => write(tx)), persistRun(tx, host, progress), effect?.insert(tx)];
      return [giveBack?.(tx), ...sent];
    });
    wakeRelaySoon();
    running.push(...metering.map((meter) => meter()));
    metering = [];
    host.stored = true;
    unwritten.clear();
    if (last) {
      if (free !== undefined) end = free ? "free" : "more";
      break;
    }
    const done = await effect.perform();
    metering = done.metering ? [done.metering] : [];
    settle = done.settle ? [done.settle] : [];
    next = done.event ? advance(host.version.snapshot, host.state, done.event) : null;
    if (next && done.refusal) next = withPauseMessage(next, done.refusal);
    if (!next && done.settle) {
      await withTenant(host.tenantId, done.settle);
      wakeRelaySoon();
    }
  }
  running.push(...metering.map((meter) => meter()));
  await Promise.all(running);
  return end;
}
