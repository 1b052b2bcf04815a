import postgres from "postgres";

export const dynamic = "force-dynamic";

const KEY = Symbol.for("bench.pool");
globalThis[KEY] ??= postgres(process.env.DATABASE_DIRECT_URL ?? "", { max: 12 });

/** The floor of a webhook door: the same bytes, one INSERT, no signature, no rules. */
export async function POST(request) {
  const body = Buffer.from(await request.arrayBuffer());
  await globalThis[KEY]`insert into bench_bare (id, body) values (${crypto.randomUUID()}, ${body})`;
  return new Response("EVENT_RECEIVED", { status: 200 });
}
