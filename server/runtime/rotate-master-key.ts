import { createHash } from "node:crypto";
import { withSystem } from "#db/system.ts";
import { rewrapDataKey } from "./secrets.ts";

/**
 * Wraps every data key with a new master key. Sealed values keep their data keys, so nothing else is touched; start
 * Aurora with the new ENCRYPTION_KEY afterwards. Returns how many keys were wrapped anew.
 */
export async function rotateMasterKey(oldSecret: string, newSecret: string): Promise<number> {
  const newId = createHash("sha256")
    .update(createHash("sha256").update(newSecret).digest())
    .digest("hex")
    .slice(0, 12);
  return withSystem("rotate master key", async (tx) => {
    const rows =
      await tx.sql`select id, owner_id, wrapped_key from encryption_keys where master_key_id <> ${newId} for update`;
    for (const row of rows) {
      const wrapped = rewrapDataKey(oldSecret, newSecret, String(row.owner_id), String(row.wrapped_key));
      await tx.sql`update encryption_keys set wrapped_key = ${wrapped}, master_key_id = ${newId} where id = ${String(row.id)}`;
    }
    return rows.length;
  });
}
