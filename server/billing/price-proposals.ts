import { withSystem } from "#db/system.ts";
import type { Transaction } from "#db/transaction.ts";
import { compareRates, percentChange, type RateChange } from "#domain/billing/price-change.ts";
import type { ImportedPrice, Verdict } from "#domain/billing/price-import.ts";
import type { ProviderPrice } from "#domain/billing/provider-price.ts";
import { AppError, notFound } from "#domain/core/app-error.ts";
import { decodeCursor, type Page, toPage } from "#domain/core/paging.ts";
import { parseAmount } from "#domain/money/amount.ts";
import { nameOfActor } from "#server/people/name-actors.ts";
import { toProviderPrice } from "./pricing-snapshot.ts";
import { createProviderPrice, type ListedPrice } from "./provider-prices.ts";

type Row = Record<string, unknown>;

export const PROPOSAL_STATES = ["open", "accepted", "rejected", "superseded"] as const;

/** A proposed price beside the one in force when its list came in. */
export type ListedProposal = {
  id: string;
  importId: string;
  source: string;
  provider: string;
  model: string;
  serviceType: string;
  price: ImportedPrice;
  currentPriceId: string | null;
  /** Rate by rate in the proposed unit, with the change in per cent. */
  rates: (RateChange & { percent: string | null })[];
  verdict: Verdict;
  factor: string | null;
  disputed: boolean;
  status: (typeof PROPOSAL_STATES)[number];
  /** The price that it became. */
  priceId: string | null;
  decidedBy: string | null;
  decidedAt: string | null;
  createdAt: string;
};

const amountOf = (rate: string | null) => (rate === null ? null : parseAmount(rate));

function listed(row: Row): ListedProposal {
  const price = row.price as ImportedPrice;
  const current = row.current ? toProviderPrice(row.current as Row) : null;
  return {
    id: row.id as string,
    importId: row.import_id as string,
    source: row.source as string,
    provider: row.provider as string,
    model: row.model as string,
    serviceType: row.service_type as string,
    price,
    currentPriceId: row.current_price_id as string | null,
    rates: ratesOf(current, price),
    verdict: row.verdict as Verdict,
    factor: row.factor as string | null,
    disputed: row.disputed as boolean,
    status: row.status as ListedProposal["status"],
    priceId: row.price_id as string | null,
    decidedBy: row.decided_by as string | null,
    decidedAt: row.decided_at as string | null,
    createdAt: row.created_at as string,
  };
}

function ratesOf(current: ProviderPrice | null, price: ImportedPrice): ListedProposal["rates"] {
  return compareRates(current, price).map((rate) => ({
    ...rate,
    percent: percentChange(amountOf(rate.old), amountOf(rate.new)),
  }));
}

const select = (tx: Transaction) => tx.sql`
  select p.*, to_jsonb(c) as current from price_proposals p left join provider_prices c on c.id = p.current_price_id`;

type ListInput = {
  limit: number;
  cursor?: string | undefined;
  status?: (typeof PROPOSAL_STATES)[number] | undefined;
  importId?: string | undefined;
};

/** Proposals in a state (open unless told), by provider and model. */
export async function listPriceProposals(input: ListInput): Promise<Page<ListedProposal>> {
  const after = decodeCursor(input.cursor, 3);
  const rows = await withSystem("list price proposals", (tx) => {
    let where = tx.sql`p.status = ${input.status ?? "open"}`;
    if (input.importId) where = tx.sql`${where} and p.import_id = ${input.importId}`;
    if (after) {
      const [provider = "", model = "", id = ""] = after;
      where = tx.sql`${where} and (p.provider, p.model, p.id) > (${provider}, ${model}, ${id}::uuid)`;
    }
    return tx.sql<
      Row[]
    >`${select(tx)} where ${where} order by p.provider, p.model, p.id limit ${input.limit + 1}`;
  });
  return toPage(rows, input.limit, (row) => [row.provider, row.model, row.id].map(String), listed);
}

/** One proposal. Throws `not_found`. */
export async function getPriceProposal(id: string): Promise<ListedProposal> {
  const [row] = await withSystem(
    "read a price proposal",
    (tx) => tx.sql<Row[]>`${select(tx)} where p.id = ${id}`,
  );
  if (!row) throw notFound("price_proposal");
  return listed(row);
}

function refuseDecided(proposal: ListedProposal): void {
  if (proposal.status === "open") return;
  throw new AppError("conflict", "pricing.proposal_decided", `This proposal is ${proposal.status} already.`);
}

type Decision = { status: "accepted" | "rejected"; by: string; priceId: string | null };

async function decide(tx: Transaction, id: string, { status, by, priceId }: Decision): Promise<void> {
  const [row] = await tx.sql`
    update price_proposals set status = ${status}, price_id = ${priceId}, decided_by = ${nameOfActor(tx, by)}, decided_at = now()
    where id = ${id} and status = 'open' returning id`;
  if (!row)
    throw new AppError(
      "conflict",
      "pricing.proposal_decided",
      "Somebody else has just decided this proposal.",
    );
}

/**
 * Makes a proposal a price, from its own start or the one given. Outside the sanity band, and where sources disagree,
 * it asks for `confirm`. Throws `not_found`, `precondition` (not confirmed) and `conflict` as a price entered by hand.
 */
export async function acceptPriceProposal(
  input: { id: string; validFrom?: string | undefined; confirm: boolean },
  by: string,
): Promise<ListedPrice> {
  const proposal = await getPriceProposal(input.id);
  refuseDecided(proposal);
  if (!input.confirm && (proposal.verdict === "outside" || proposal.disputed)) {
    const what = proposal.disputed
      ? "Another source names other rates"
      : `A rate changes ${proposal.factor ? `by a factor of ${proposal.factor}` : "to, or from, nothing"}`;
    throw new AppError("precondition", "pricing.confirm_proposal", `${what}: look at it, then confirm it.`);
  }
  const reason = `Price list of ${proposal.source}`;
  const price = { reason, ...proposal.price, ...(input.validFrom ? { validFrom: input.validFrom } : {}) };
  return createProviderPrice(price, by, {
    source: "import",
    within: (tx, id) => decide(tx, input.id, { status: "accepted", by, priceId: id }),
  });
}

/** Puts a proposal aside. Throws `not_found`, `conflict`. */
export async function rejectPriceProposal(id: string, by: string): Promise<ListedProposal> {
  refuseDecided(await getPriceProposal(id));
  await withSystem("reject a price proposal", (tx) =>
    decide(tx, id, { status: "rejected", by, priceId: null }),
  );
  return getPriceProposal(id);
}

/**
 * Accepts what lies inside the band and is disputed by nobody: changes of known prices, and new models where told.
 * Those that are refused (usage is priced already) stay open and say why.
 */
export async function acceptInsideBand(
  input: { importId: string; newModels: boolean },
  by: string,
): Promise<{ accepted: number; refused: { id: string; message: string }[] }> {
  const rows = await withSystem("accept price proposals", async ({ sql }) => {
    const [list] = await sql`select id from price_imports where id = ${input.importId}`;
    if (!list) throw notFound("price_import");
    return sql`select id from price_proposals where import_id = ${input.importId} and status = 'open' and not disputed
      and (verdict = 'inside' or (verdict = 'new' and ${input.newModels})) order by provider, model, id`;
  });
  const refused: { id: string; message: string }[] = [];
  for (const row of rows) {
    const id = row.id as string;
    try {
      await acceptPriceProposal({ id, confirm: false }, by);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push({ id, message: error.message });
    }
  }
  return { accepted: rows.length - refused.length, refused };
}
