/** Reads a paged list to its end and puts its pages together; what stands beside the rows is the first page's. */
export async function allPages<P extends { data: unknown[]; nextCursor: string | null }>(
  read: (cursor: string | undefined) => Promise<P>,
): Promise<P> {
  const first = await read(undefined);
  const data = [...first.data];
  let cursor = first.nextCursor;
  while (cursor !== null) {
    const page = await read(cursor);
    data.push(...page.data);
    cursor = page.nextCursor;
  }
  return { ...first, data, nextCursor: null };
}
