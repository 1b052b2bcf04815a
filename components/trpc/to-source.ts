import type { FieldValues } from "#components/ui/record-form.tsx";
import type { RecordSource } from "#components/ui/record-room.tsx";
import { errorText } from "./error-text.ts";
import { formProblem } from "./form-problem.ts";

/** The parts of an infinite query that a list needs. */
interface PagedList<Row> {
  data?: { pages: ReadonlyArray<{ data: ReadonlyArray<Row> }> } | undefined;
  error: unknown;
  hasNextPage: boolean;
  refetch: () => Promise<unknown>;
  fetchNextPage: () => Promise<unknown>;
}

/** What may be done with the records; a missing deed is one the person has no right to. */
export interface RecordDeeds {
  create?: ((values: FieldValues) => Promise<unknown>) | undefined;
  update?: ((id: string, values: FieldValues) => Promise<unknown>) | undefined;
  archive?: ((id: string) => Promise<unknown>) | undefined;
}

/** A paged query and its deeds as the source of a room; every deed reads the list again. */
export function toSource<Row, View>(
  list: PagedList<Row>,
  map: (row: Row) => View,
  deeds: RecordDeeds = {},
): RecordSource<View> {
  const { create, update, archive } = deeds;
  const done = async (deed: () => Promise<unknown>) => {
    try {
      await deed();
    } catch (error) {
      return formProblem(error);
    }
    await list.refetch();
    return null;
  };
  return {
    rows: list.data ? list.data.pages.flatMap((page) => page.data.map(map)) : null,
    error: list.data || !list.error ? null : errorText(list.error),
    retry: () => void list.refetch(),
    hasMore: list.hasNextPage,
    more: () => void list.fetchNextPage(),
    create: create ? (values) => done(() => create(given(values))) : undefined,
    update: update ? (id, values) => done(() => update(id, values)) : undefined,
    archive: archive ? (id) => done(() => archive(id)) : undefined,
  };
}

/** What was filled in: an empty field of a new record is not sent. */
function given(values: FieldValues): FieldValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ""));
}

/** Options of a paged list, the same for every list. */
export const paged = {
  getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor ?? undefined,
};
