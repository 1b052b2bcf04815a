import { z } from "zod";
import { AppError } from "./app-error.ts";

/** Cursor paging as every list has it: `limit` 1–100 (50 unless told), `cursor` from the page before. */
export const paging = {
  limit: z.number().int().min(1).max(100).default(50).describe("How many rows, 1 to 100."),
  cursor: z.string().max(500).optional().describe("nextCursor of the page before."),
};

export type Page<T> = { data: T[]; nextCursor: string | null };

/** Packs the sort key of a page's last row into an opaque cursor. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** Reads a cursor of `size` parts; throws `invalid` for anything that was not made by `encodeCursor`. */
export function decodeCursor(cursor: string | undefined, size: number): string[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (
      Array.isArray(parts) &&
      parts.length === size &&
      parts.every((part) => /^(string|number)$/.test(typeof part))
    ) {
      return parts.map(String);
    }
  } catch {
    // fall through to the refusal
  }
  throw new AppError("invalid", "paging.cursor_invalid", "The cursor is not one that this list returned.");
}

/** Pages a list that is whole in memory and in its order; `keyOf` names a row. Throws `invalid` for a foreign cursor. */
export function toPageOfAll<T>(
  all: readonly T[],
  input: { limit: number; cursor?: string | undefined },
  keyOf: (row: T) => string,
): Page<T> {
  const after = decodeCursor(input.cursor, 1)?.[0];
  const from = after === undefined ? 0 : all.findIndex((row) => keyOf(row) === after) + 1;
  return toPage(
    all.slice(from, from + input.limit + 1),
    input.limit,
    (row) => [keyOf(row)],
    (row) => row,
  );
}

/** Cuts `limit + 1` fetched rows to a page and makes the cursor of the next one. */
export function toPage<R, T>(
  rows: readonly R[],
  limit: number,
  keyOf: (row: R) => readonly (string | number)[],
  map: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(map), nextCursor: rows.length > limit && last ? encodeCursor(keyOf(last)) : null };
}
