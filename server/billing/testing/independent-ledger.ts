/**
 * A bookkeeper of a test's own: works out from the raw facts what every record, day and invoice line must say, with
 * its own arithmetic on fractions and without a line of the product's pricing.
 */
const UNIT = 10n ** 12n;

type Fraction = { n: bigint; d: bigint };

/** A decimal text as a fraction. */
function fraction(text: string | number): Fraction {
  const [whole = "0", rest = ""] = String(text).split(".");
  return { n: BigInt(whole + rest), d: 10n ** BigInt(rest.length) };
}

const times = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.n, d: a.d * b.d });
const plus = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
const NOTHING: Fraction = { n: 0n, d: 1n };

/** n / d to the nearest whole number, a half away from zero; d is above 0. */
export function nearest(n: bigint, d: bigint): bigint {
  const size = (n < 0n ? -n : n) * 2n + d;
  return n < 0n ? -(size / (2n * d)) : size / (2n * d);
}

/** A decimal text as a whole number of 10^-12. */
export function units(text: string | number): bigint {
  const { n, d } = fraction(text);
  return nearest(n * UNIT, d);
}

/** A whole number of 10^-12 as decimal text, no zeros at its end. */
export function plain(amount: bigint): string {
  const size = amount < 0n ? -amount : amount;
  const rest = String(size % UNIT)
    .padStart(12, "0")
    .replace(/0+$/, "");
  return `${amount < 0n ? "-" : ""}${size / UNIT}${rest ? `.${rest}` : ""}`;
}

/** Rounded once to cents, as 10^-12. */
export function cents(amount: bigint): bigint {
  return nearest(amount, UNIT / 100n) * (UNIT / 100n);
}

/** `percent` of an amount of whole cents, rounded once to cents. */
export function percentCents(amount: bigint, percent: string): bigint {
  const { n, d } = fraction(percent);
  return nearest(amount * n, d * 100n * (UNIT / 100n)) * (UNIT / 100n);
}

/** A fee's share by days, multiplied before divided, rounded once to cents. */
export function byDays(fee: string, days: number, of: number): bigint {
  return nearest(units(fee) * BigInt(days), BigInt(of) * (UNIT / 100n)) * (UNIT / 100n);
}

export type RawFact = {
  key: string;
  type: string;
  provider: string;
  model: string;
  quantities: Record<string, number>;
  at: string;
  status?: "succeeded" | "failed" | "aborted";
  conversationId?: string | null;
  messageId?: string | null;
};

type KnownPrice = {
  type: string;
  model: string;
  from: string;
  /** How many units the rates are for. */
  per: number;
  rates: Record<string, string>;
  /** Seconds are charged in started steps of so many. */
  step?: number;
};
type KnownRule = { type: string; from: string; markup?: string; fixed?: string };
type OwnRate = { upTo: number | null; price: string; flatFee?: string }[];
type Terms = { included: Record<string, number>; rates: Record<string, OwnRate> };

export type Entry = RawFact & {
  total: bigint;
  cost: bigint;
  price: bigint;
  covered: bigint;
  billable: bigint;
  day: string;
  /** The invoice month that bills it. */
  billedIn: string | null;
};

export type ExpectedLine = {
  late: boolean;
  month: string;
  type: string;
  provider: string;
  model: string;
  exact: bigint;
  entries: Entry[];
};

/** The price of a whole load of units beyond the plan, tier by tier, per 1,000. */
function graduated(tiers: OwnRate, beyond: bigint): bigint {
  let cost = 0n;
  let from = 0n;
  for (const tier of tiers) {
    const end = tier.upTo === null || beyond < units(tier.upTo) ? beyond : units(tier.upTo);
    if (end <= from) break;
    cost += nearest((end - from) * units(tier.price), 1000n * UNIT) + units(tier.flatFee ?? "0");
    from = end;
  }
  return cost;
}

export class IndependentLedger {
  readonly entries: Entry[] = [];
  readonly prices: KnownPrice[] = [];
  readonly rules: KnownRule[] = [];
  private terms: Terms = { included: {}, rates: {} };
  private readonly used = new Map<string, bigint>();
  private readonly beyond = new Map<string, bigint>();
  private readonly invoiced = new Set<string>();
  private readonly days: Intl.DateTimeFormat;

  constructor(zone: string) {
    this.days = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
  }

  /** What the plan covers and charges from now on. */
  agree(terms: Terms): void {
    this.terms = terms;
  }

  dayOf(at: string): string {
    return this.days.format(new Date(at));
  }

  private costOf(fact: RawFact): Fraction | null {
    const price = this.prices
      .filter((one) => one.type === fact.type && one.model === fact.model && one.from <= fact.at)
      .sort((a, b) => (a.from < b.from ? 1 : -1))[0];
    if (!price) return null;
    let sum = NOTHING;
    for (const [part, rate] of Object.entries(price.rates)) {
      let count = fraction(fact.quantities[part === "amount" ? "units" : part] ?? 0);
      if (price.step) {
        const step = BigInt(price.step);
        count = { n: ((count.n + count.d * step - 1n) / (count.d * step)) * step, d: 1n };
      }
      sum = plus(sum, times(count, times(fraction(rate), { n: 1n, d: BigInt(price.per) })));
    }
    return sum;
  }

  private saleOf(fact: RawFact, cost: Fraction): Fraction {
    if (fact.status === "failed") return NOTHING;
    const rule = this.rules
      .filter((one) => (one.type === "any" || one.type === fact.type) && one.from <= fact.at)
      .sort((a, b) => (a.type === b.type ? (a.from < b.from ? 1 : -1) : a.type === "any" ? 1 : -1))[0];
    if (rule?.fixed) return times(fraction(rule.fixed), fraction(fact.quantities.units ?? 0));
    return times(cost, plus({ n: 1n, d: 1n }, times(fraction(rule?.markup ?? "0"), { n: 1n, d: 100n })));
  }

  /** Writes a fact down in the order in which it is committed. */
  record(fact: RawFact): Entry {
    const exact = this.costOf(fact);
    const sale = this.saleOf(fact, exact ?? NOTHING);
    const price = nearest(sale.n * UNIT, sale.d);
    const total = Object.values(fact.quantities).reduce((sum, one) => sum + units(one), 0n);
    const day = this.dayOf(fact.at);
    const entry: Entry = {
      ...fact,
      total,
      cost: exact ? nearest(exact.n * UNIT, exact.d) : 0n,
      price,
      day,
      billedIn: null,
      ...this.cover(fact, total, price, `${day.slice(0, 7)} ${fact.type}`),
    };
    this.entries.push(entry);
    return entry;
  }

  private cover(fact: RawFact, total: bigint, price: bigint, key: string) {
    const included = units(this.terms.included[fact.type] ?? 0);
    const rate = this.terms.rates[fact.type];
    if (fact.status === "failed" || (included === 0n && !rate)) return { covered: 0n, billable: price };
    const used = this.used.get(key) ?? 0n;
    const left = included > used ? included - used : 0n;
    const covered = total < left ? total : left;
    this.used.set(key, used + covered);
    const over = total - covered;
    if (!rate) return { covered, billable: covered === 0n ? price : nearest(price * over, total) };
    const before = this.beyond.get(key) ?? 0n;
    this.beyond.set(key, before + over);
    return { covered, billable: graduated(rate, before + over) - graduated(rate, before) };
  }

  /** An adjustment: the price of the entry's moment, billed for what the plan neither covered nor billed at its own rate. */
  adjust(entry: Entry, key: string, at: string): Entry {
    const exact = this.costOf(entry);
    if (!exact) throw new Error("The bookkeeper knows no price either.");
    const sale = this.saleOf(entry, exact);
    const price = nearest(sale.n * UNIT, sale.d);
    const left = entry.billable > 0n ? 0n : entry.total - entry.covered;
    const adjusted: Entry = {
      ...entry,
      key,
      at,
      type: "adjustment",
      total: 0n,
      cost: nearest(exact.n * UNIT, exact.d),
      price,
      covered: 0n,
      billable: entry.total === 0n ? price : nearest(price * left, entry.total),
      day: this.dayOf(at),
      billedIn: null,
    };
    this.entries.push(adjusted);
    return adjusted;
  }

  /** The usage lines of a month's invoice: its own records and late ones of months that were invoiced before. */
  close(month: string): ExpectedLine[] {
    const lines = new Map<string, ExpectedLine>();
    for (const entry of this.entries) {
      const own = entry.day.slice(0, 7);
      if (entry.billedIn !== null || !(own === month || (own < month && this.invoiced.has(own)))) continue;
      entry.billedIn = month;
      const { type, provider, model } = entry;
      const key = [own, type, provider, model].join(" ");
      const line = lines.get(key) ?? {
        late: own !== month,
        month: own,
        type,
        provider,
        model,
        exact: 0n,
        entries: [],
      };
      line.exact += entry.billable;
      line.entries.push(entry);
      lines.set(key, line);
    }
    this.invoiced.add(month);
    return [...lines.values()];
  }
}

/** The smaller of two amounts. */
export function lesser(a: bigint, b: bigint): bigint {
  if (b < a) return b;
  return a;
}
