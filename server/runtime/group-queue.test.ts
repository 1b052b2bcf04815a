import { describe, expect, it } from "vitest";
import { GroupQueue } from "./group-queue.ts";

/** A queue whose groups are held until `open` is called, and what was written in which group. */
function heldQueue(most = 10, refuses: (item: number) => boolean = () => false) {
  const groups: number[][] = [];
  let open: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    open = resolve;
  });
  const queue = new GroupQueue<string, number, string>({
    name: "test",
    most,
    run: async (key, items) => {
      groups.push(items);
      await held;
      if (items.some(refuses)) throw new Error(`${items.find(refuses)} cannot be written`);
      return items.map((item) => `${key}${item}`);
    },
  });
  return { queue, groups, open };
}

describe("a group queue", () => {
  it("joins what comes while a group runs, by key, and answers each with its own result", async () => {
    const { queue, groups, open } = heldQueue();
    const first = queue.submit("a", 1);
    await Promise.resolve();
    await Promise.resolve();
    const later = [queue.submit("a", 2), queue.submit("b", 3), queue.submit("a", 4)];
    open();
    expect(await Promise.all([first, ...later])).toEqual(["a1", "a2", "b3", "a4"]);
    expect(groups).toEqual([[1], [3], [2, 4]]);
  });

  it("takes no more than it may at once", async () => {
    const { queue, groups, open } = heldQueue(2);
    const all = [1, 2, 3, 4, 5].map((item) => queue.submit("a", item));
    open();
    await Promise.all(all);
    expect(groups).toEqual([[1, 2], [3, 4], [5]]);
  });

  it("writes the neighbours of an item that cannot be written, and tells only its caller", async () => {
    const { queue, open } = heldQueue(10, (item) => item === 3);
    const all = [1, 2, 3, 4, 5].map((item) => queue.submit("a", item));
    open();
    const ended = await Promise.allSettled(all);
    expect(ended.map((one) => one.status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
  });
});
