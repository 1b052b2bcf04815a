import type { z } from "zod";
import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import {
  type ImportedPrice,
  judgePrice,
  type priceListInput,
  readPriceLine,
  sourcesAgree,
  type Verdict,
} from "#domain/billing/price-import.ts";
import { type ProviderPrice, selectProviderPrice } from "#domain/billing/provider-price.ts";
import { newId } from "#domain/core/id.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import { nameOfActor } from "#server/people/name-actors.ts";
import { toProviderPrice } from "./pricing-snapshot.ts";

type Row = Record<string, unknown>;

/** A list that was handed in, with how its lines were judged. */
export type ListedImport = {
  id: string;
  source: string;
  offered: number;
  unchanged: number;
  refused: { name: string; reason: string }[];
  open: number;
  createdBy: string;
  createdAt: string;
};

type Judged = {
  price: ImportedPrice;
  current: ProviderPrice | null;
  verdict: Verdict;
  factor: string | null;
};

const subjectOf = (price: { provider: string; model: string; serviceType: string }) =>
  [price.provider, price.model, price.serviceType].join("\n");

async function judgeAll(tx: Transaction, prices: readonly ImportedPrice[]): Promise<Judged[]> {
  const wanted = [...new Set(prices.map((price) => price.provider))];
  const rows = await tx.sql`select * from provider_prices where provider = any(${wanted}::text[])`;
  const known = rows.map(toProviderPrice);
  return prices.map((price) => {
    const own = known.filter((one) => subjectOf(one) === subjectOf(price));
    const current = selectProviderPrice(own, price, Date.parse(price.validFrom));
    return { price, current, ...judgePrice(current, price) };
  });
}

/** Open proposals of other sources for the same models; both sides are marked where they name other rates. */
async function markDisputes(
  tx: Transaction,
  source: string,
  judged: readonly Judged[],
): Promise<Set<string>> {
  const models = judged.map(({ price }) => price.model);
  const rows = await tx.sql`select id, provider, model, service_type, price from price_proposals
    where status = 'open' and source <> ${source} and model = any(${models}::text[])`;
  const disputed = new Set<string>();
  const others: string[] = [];
  for (const { price } of judged) {
    for (const row of rows) {
      const other = {
        provider: row.provider,
        model: row.model,
        serviceType: row.service_type,
      } as ImportedPrice;
      if (subjectOf(other) !== subjectOf(price) || sourcesAgree(row.price as ImportedPrice, price)) continue;
      disputed.add(subjectOf(price));
      others.push(row.id as string);
    }
  }
  if (others.length > 0)
    await tx.sql`update price_proposals set disputed = true where id = any(${others}::uuid[])`;
  return disputed;
}

async function insertProposals(tx: Transaction, importId: string, source: string, judged: readonly Judged[]) {
  const disputed = await markDisputes(tx, source, judged);
  const rows = judged.map(({ price, current, verdict, factor }) => ({
    id: newId(),
    provider: price.provider,
    model: price.model,
    service_type: price.serviceType,
    price,
    current_price_id: current?.id ?? null,
    verdict,
    factor,
    disputed: disputed.has(subjectOf(price)),
  }));
  await tx.sql`update price_proposals p set status = 'superseded', decided_at = now()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (provider text, model text, service_type text)
    where p.status = 'open' and p.source = ${source} and p.provider = r.provider and p.model = r.model
      and p.service_type = r.service_type`;
  await tx.sql`
    insert into price_proposals (id, import_id, source, provider, model, service_type, price, current_price_id, verdict, factor, disputed)
    select r.id, ${importId}, ${source}, r.provider, r.model, r.service_type, r.price, r.current_price_id, r.verdict, r.factor, r.disputed
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (id uuid, provider text, model text, service_type text,
      price jsonb, current_price_id uuid, verdict text, factor numeric, disputed boolean)`;
}

/**
 * Takes in a list of prices as proposals: each line is held against the price in force, what is unchanged is counted,
 * what is no price is told, and nothing is applied. The open proposals that the same source made before are replaced.
 */
export async function importPrices(
  input: z.output<typeof priceListInput>,
  createdBy: string,
): Promise<ListedImport> {
  const lines = input.prices.map((line) => readPriceLine(line, input.validFrom));
  const refused = lines.flatMap((line) => ("reason" in line ? [line] : []));
  // A list that names a model twice means the later line.
  const prices = new Map(
    lines.flatMap((line) => ("price" in line ? [[subjectOf(line.price), line.price]] : [])),
  );
  return withSystem("import prices", async (tx) => {
    await tx.sql`select pg_advisory_xact_lock(hashtextextended('price imports', 0))`;
    const judged = await judgeAll(tx, [...prices.values()]);
    const proposed = judged.filter((one) => one.verdict !== "unchanged");
    const id = newId();
    await tx.sql`insert into price_imports (id, source, offered, unchanged, refused, created_by)
      values (${id}, ${input.source}, ${lines.length}, ${judged.length - proposed.length}, ${JSON.stringify(refused)}, ${nameOfActor(tx, createdBy)})`;
    if (proposed.length > 0) await insertProposals(tx, id, input.source, proposed);
    const [row] = await tx.sql`${selectImports(tx)} where i.id = ${id}`;
    return listedImport(row ?? {});
  });
}

const selectImports = (tx: Transaction) => tx.sql`
  select i.*, (select count(*)::int from price_proposals p where p.import_id = i.id and p.status = 'open') as open
  from price_imports i`;

function listedImport(row: Row): ListedImport {
  return {
    id: row.id as string,
    source: row.source as string,
    offered: Number(row.offered),
    unchanged: Number(row.unchanged),
    refused: row.refused as ListedImport["refused"],
    open: Number(row.open),
    createdBy: row.created_by as string,
    createdAt: row.created_at as string,
  };
}

/** Lists that were handed in, the newest first. */
export async function listPriceImports(input: {
  limit: number;
  cursor?: string | undefined;
}): Promise<Page<ListedImport>> {
  const after = decodeCursor(input.cursor, 1)?.[0];
  const rows = await withSystem("list price imports", (tx) => {
    const page = after ? tx.sql`where i.id < ${after}` : tx.sql``;
    return tx.sql<Row[]>`${selectImports(tx)} ${page} order by i.id desc limit ${input.limit + 1}`;
  });
  return toPage(rows, input.limit, (row) => [row.id as string], listedImport);
}
