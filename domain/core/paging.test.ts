import { describe, expect, it } from "vitest";
import { encodeCursor, toPageOfAll } from "./paging.ts";

describe("lists that are whole in memory", () => {
  const letters = ["a", "b", "c", "d", "e"];
  const page = (limit: number, cursor?: string) =>
    toPageOfAll(letters, { limit, cursor }, (letter) => letter);

  it("are walked page by page, each row once", () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { data, nextCursor } = page(2, cursor);
      seen.push(...data);
      cursor = nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(letters);
    expect(page(5).nextCursor).toBeNull();
  });

  it("refuse a cursor that no list returned", () => {
    expect(() => page(2, "zzz")).toThrow("not one that this list returned");
    expect(() => page(2, encodeCursor(["a", "b"]))).toThrow("not one that this list returned");
  });
});
