import { logger } from "./logger.ts";

type Waiting<T, R> = { item: T; resolve: (result: R) => void; reject: (error: unknown) => void };
type Queue<T, R> = { waiting: Waiting<T, R>[]; running: boolean };

/**
 * Group commit: items of one key that arrive while a transaction of that key runs form the next one. Nobody waits for
 * company; a lone item runs at once. Each caller is answered after its own commit; where a group fails it is halved
 * until the item that cannot be written stands alone.
 */
export class GroupQueue<K, T, R> {
  private readonly queues = new Map<K, Queue<T, R>>();
  private readonly name: string;
  private readonly most: number;
  private readonly run: (key: K, items: T[]) => Promise<readonly R[]>;

  /** `run` writes the items and returns one result for each, in their order; `most` of them at a time. */
  constructor(options: {
    name: string;
    most: number;
    run: (key: K, items: T[]) => Promise<readonly R[]>;
  }) {
    this.name = options.name;
    this.most = options.most;
    this.run = options.run;
  }

  submit(key: K, item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      let queue = this.queues.get(key);
      if (!queue) {
        queue = { waiting: [], running: false };
        this.queues.set(key, queue);
      }
      queue.waiting.push({ item, resolve, reject });
      if (!queue.running) void this.drain(key, queue);
    });
  }

  private async drain(key: K, queue: Queue<T, R>): Promise<void> {
    queue.running = true;
    // Calls made in the same turn of the event loop belong together.
    await Promise.resolve();
    while (queue.waiting.length > 0) await this.settle(key, queue.waiting.splice(0, this.most));
    queue.running = false;
    this.queues.delete(key);
  }

  private async settle(key: K, group: Waiting<T, R>[]): Promise<void> {
    try {
      const items = group.map((one) => one.item);
      const results = await this.run(key, items);
      for (const [at, one] of group.entries()) one.resolve(results[at] as R);
    } catch (error) {
      if (group.length === 1) return group[0]?.reject(error);
      logger.warn({ queue: this.name, key, size: group.length, error }, "a group failed and is split");
      const middle = Math.ceil(group.length / 2);
      await this.settle(key, group.slice(0, middle));
      await this.settle(key, group.slice(middle));
    }
  }
}
