import { logger } from "#server/runtime/logger.ts";
import type { Core } from "./core.ts";
import { expireDead, type Life } from "./leases.ts";
import { prune, sweepCrons, sweepHolds, sweepTimeouts, sweepWaits, upcoming } from "./sweep.ts";

const ROUND_MS = 1000;
const BUCKET_MS = 20;
const PRUNE_EVERY = 60;

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
  private stopped = false;
  private sweeping = false;
  private sweepAgain = false;
  private count = 0;

  constructor(core: Core, life: Life, wake: () => void) {
    this.core = core;
    this.life = life;
    this.wake = wake;
  }

  start(): void {
    void this.round();
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
    if (this.stopped || delay > 2 * ROUND_MS) return;
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
      this.count += 1;
      await this.life.hold();
      await this.sweep();
      await sweepTimeouts(this.core);
      await expireDead(this.core);
      for (const at of await upcoming(this.core, ROUND_MS * 1.5)) this.arm(at);
      if (this.count % PRUNE_EVERY === 0) await prune(this.core);
    } catch (error) {
      if (!this.stopped) logger.error({ error }, "a round of the executor failed");
    }
    if (this.stopped) return;
    this.wake();
    this.timer = setTimeout(() => void this.round(), Math.max(50, ROUND_MS - (Date.now() - began)));
  }

  /** Everything that is due now; a wish that comes while sweeping is granted afterwards. */
  private async sweep(): Promise<void> {
    if (this.sweeping) {
      this.sweepAgain = true;
      return;
    }
    this.sweeping = true;
    try {
      do {
        this.sweepAgain = false;
        if (this.stopped) return;
        if ((await sweepWaits(this.core)) >= 1000) this.sweepAgain = true;
        if (this.core.router.hasHolds) await sweepHolds(this.core);
        if (this.core.router.hasCrons) await sweepCrons(this.core);
        this.wake();
      } while (this.sweepAgain);
    } catch (error) {
      if (!this.stopped) logger.error({ error }, "a sweep of the executor failed");
    } finally {
      this.sweeping = false;
    }
  }
}
