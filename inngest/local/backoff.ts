const SECONDS = [15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200];

/**
 * How long a retry waits, in milliseconds: Inngest's table (15 s to 2 h) with up to 30 s of jitter.
 * `failures` is how many attempts have failed, from 1.
 */
export function backoffMs(failures: number): number {
  const base = SECONDS[Math.min(Math.max(failures, 1), SECONDS.length) - 1] ?? 7200;
  return base * 1000 + Math.floor(Math.random() * Math.min(30_000, base * 1000));
}
