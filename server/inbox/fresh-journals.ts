import { LRUCache } from "lru-cache";
import { once } from "#server/runtime/process.ts";

type Fresh = { body: Buffer; receivedAt: string };

/** Bodies this process has just journalled: the turn that follows at once need not read them back. */
const fresh = once(
  "inbox.freshJournals",
  () =>
    new LRUCache<string, Fresh>({
      maxSize: 32 * 1024 * 1024,
      sizeCalculation: ({ body }) => body.length + 100,
      ttl: 30_000,
    }),
);

/** Keeps a journalled body for the turn. It is only a copy: what counts is the row. */
export function keepFreshJournal(journalId: string, body: Buffer): void {
  fresh.set(journalId, { body, receivedAt: new Date().toISOString() });
}

/** The body, once; a second look reads the row, which then says whether it was worked off. */
export function takeFreshJournal(journalId: string): Fresh | undefined {
  const found = fresh.get(journalId);
  if (found) fresh.delete(journalId);
  return found;
}
