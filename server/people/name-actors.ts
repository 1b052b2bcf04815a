import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads who stands behind labels such as `user:…` and `platform_key:…`, as kept beside a deed: the name of the person
 * or of the operator's key. A label that is a word already, or whose subject is gone, stays what it is in short.
 */
export async function nameActors(labels: readonly string[]): Promise<(label: string) => string> {
  const ids = [...new Set(labels.map((label) => label.split(":")[1] ?? ""))].filter((id) => UUID.test(id));
  const rows =
    ids.length === 0
      ? []
      : await withSystem(
          "name actors",
          (tx) => tx.sql`select id::text as id, name from users where id = any(${ids}::uuid[])
            union all select id::text, name from platform_keys where id = any(${ids}::uuid[])`,
        );
  const names = new Map(rows.map((row) => [row.id as string, row.name as string]));
  return (label) => {
    const [kind = "", id] = label.split(":");
    if (id === undefined) return label;
    return names.get(id) ?? (kind === "user" ? "A person" : kind.replaceAll("_", " "));
  };
}

/**
 * The same within a statement, for rows that keep the name of their day: a person's, an operator key's, or the label
 * itself.
 */
export function nameOfActor({ sql }: Transaction, by: string) {
  return sql`coalesce((select name from users where 'user:' || id = ${by}),
    (select name from platform_keys where 'platform_key:' || id = ${by}), ${by})`;
}
