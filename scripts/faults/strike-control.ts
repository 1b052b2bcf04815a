import { setTimeout as pause } from "node:timers/promises";
import type { TenantId } from "#domain/core/tenant-id.ts";
import { phoneOf } from "./customers.ts";
import { describeStrike, type StrikeTrace } from "./describe-strike.ts";
import type { PeerJudge, SeenRequest } from "./peers.ts";
import type { CommitJudge, SeenTransaction } from "./postgres-proxy.ts";
import type { Strike } from "./strikes.ts";
import type { WorkerProcess } from "./worker-process.ts";

export type Struck = { number: number; place: string; state: string };

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

function traceOf({ headers, body }: SeenRequest): StrikeTrace {
  const marker = /#(\d{4})/.exec(body)?.[1];
  const to = /"to":"\+(\d+)"/.exec(body)?.[1];
  const key = String(headers["idempotency-key"] ?? "");
  return { ids: key.match(UUID) ?? [], phone: to ?? (marker === undefined ? null : phoneOf(Number(marker))) };
}

/** Arms one strike after the other; each waits for its exact moment, kills the process there and starts it again. */
export class StrikeControl {
  readonly struck: Struck[] = [];
  private armed: Strike | null = null;
  private hit: ((trace: StrikeTrace) => void) | null = null;
  private readonly worker: () => WorkerProcess;

  constructor(worker: () => WorkerProcess) {
    this.worker = worker;
  }

  readonly judgeCommit: CommitJudge = (seen) => this.armed?.at === "commit" && this.armed.holds(seen);

  readonly withheld = (seen: SeenTransaction): void => {
    if (this.armed?.at === "commit") this.strike({ ids: seen.ids, phone: null });
  };

  readonly judgePeer: PeerJudge = (peer, seen, answered) => {
    const { armed } = this;
    if (armed?.at !== "peer" || armed.peer !== peer || armed.answered !== answered || !armed.holds(seen))
      return false;
    this.strike(traceOf(seen));
    return true;
  };

  private strike(trace: StrikeTrace): void {
    this.armed = null;
    // The signal leaves before this tick ends: nothing more of the answer can reach the process.
    void this.worker().kill();
    this.hit?.(trace);
  }

  /** Places every strike of the plan. Throws when one finds no moment to strike for a minute. */
  async place(plan: readonly Strike[], tenantId: TenantId): Promise<void> {
    for (const [at, strike] of plan.entries()) {
      await pause(Math.random() * 400);
      const trace = await this.waitForHit(strike);
      await this.worker().kill();
      const state = await describeStrike(tenantId, trace);
      this.struck.push({ number: at + 1, place: strike.place, state });
      await this.worker().start();
    }
  }

  private waitForHit(strike: Strike): Promise<StrikeTrace> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`No moment came to strike at "${strike.place}".\n${this.worker().log}`)),
        60_000,
      );
      this.hit = (trace) => {
        clearTimeout(timer);
        resolve(trace);
      };
      this.armed = strike;
    });
  }
}
