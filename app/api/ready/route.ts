import { withSystem } from "#db/system.ts";

export const dynamic = "force-dynamic";

/** Ready: the database answers too. */
export async function GET(): Promise<Response> {
  try {
    await withSystem("readiness", (tx) => tx.sql`select 1`);
    return Response.json({ status: "ready" });
  } catch {
    return Response.json({ status: "unavailable", reason: "The database does not answer." }, { status: 503 });
  }
}
