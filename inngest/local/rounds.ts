import { logger } from "#server/runtime/logger.ts";
import type { Core } from "./core.ts";
import { type Life, Watch } from "./leases.ts";
import { prune, sweepCrons, sweepHolds, sweepTimeouts, sweepWaits, upcoming } from "./sweep.ts";

const BUCKET_MS = 20;
const PRUNE_EVERY_MS = 60_000;

/**
 * The executor's rounds: each second everything due, dead executors, old rows; and precise wake-ups in between for
 * what is known to fall due before the next round.
 */
export class Rounds {
  private readonly core: Core;
  private readonly life: Life;
  private readonly wake: () => void;
  private readonly armed = new Map<number, NodeJS.Timeout>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  private readonly watch = new Watch();
  private sweeping: Promise<void> | null = null;
  private sweepAgain = false;
  private pruneAt = Date.now() + PRUNE_EVERY_MS;

  constructor(core: Core, life: Life, wake: () => void) {
    this.core = core;
    this.life = life;
    this.wake = wake;
  }

  start(): void {
    this.running = this.round();
  }

  /** Resolves when the round that was going on at the stop has ended. */
  async ended(): Promise<void> {
    await Promise.all([this.running, this.sweeping]);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const timer of this.armed.values()) clearTimeout(timer);
    this.armed.clear();
  }

  /** Sweeps at that moment (Unix milliseconds), if it comes before the round after next. */
  arm(at: number): void {
    const delay = at - Date.now();
    if (this.stopped || delay > 2 * this.core.roundMs) return;
    const bucket = Math.ceil(at / BUCKET_MS);
    if (this.armed.has(bucket)) return;
    const fire = () => {
      this.armed.delete(bucket);
      void this.sweep();
    };
    this.armed.set(bucket, setTimeout(fire, Math.max(1, bucket * BUCKET_MS - Date.now() + 1)));
  }

  private async round(): Promise<void> {
    const began = Date.now();
    try {
      await this.life.hold();
      await this.sweep();
      await sweepTimeouts(this.core);
      await this.watch.look(this.core);
      for (const at of await upcoming(this.core, this.core.roundMs * 1.5)) this.arm(at);
      if (began >= this.pruneAt) {
        this.pruneAt = began + PRUNE_EVERY_MS;
        await prune(this.core);
      }
    } catch (error) {
      if (!this.stopped) logger.error({ error }, "a round of the executor failed");
    }
    if (this.stopped) return;
    this.wake();
    this.timer = setTimeout(() => this.start(), Math.max(50, this.core.roundMs - (Date.now() - began)));
  }

  /** Everything that is due now; a wish that comes while sweeping is granted afterwards. */
  private sweep(): Promise<void> {
    if (this.sweeping) {
      this.sweepAgain = true;
      return this.sweeping;
    }
    this.sweeping = this.sweepAll()
      .catch((error: unknown) => {
        if (!this.stopped) logger.error({ error }, "a sweep of the executor failed");
      })
      .finally(() => {
        this.sweeping = null;
      });
    return this.sweeping;
  }

  private async sweepAll(): Promise<void> {
    do {
      this.sweepAgain = false;
      if (this.stopped) return;
      if ((await sweepWaits(this.core)) >= 1000) this.sweepAgain = true;
      if (this.core.router.hasHolds) await sweepHolds(this.core);
      if (this.core.router.hasCrons) await sweepCrons(this.core);
      this.wake();
    } while (this.sweepAgain);
  }
}
