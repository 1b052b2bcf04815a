import { serviceWords, unitWords } from "#components/billing/service-words.ts";
import type { FieldSpec, FieldValues } from "#components/ui/record-form.tsx";
import { PRICE_UNITS } from "#domain/billing/price-book.ts";
import { SERVICE_TYPES } from "#domain/billing/service-type.ts";

const TOKEN_PARTS = [
  { name: "input", label: "Input" },
  { name: "cachedInput", label: "Cached input" },
  { name: "cacheWrite", label: "Written to the cache" },
  { name: "cacheWrite1h", label: "Written to the cache for an hour" },
  { name: "output", label: "Output" },
  { name: "reasoning", label: "Reasoning" },
];
const PART_NAMES = [...TOKEN_PARTS.map((part) => part.name), "amount", "carrierFee"];
const BOOK_FIELDS = new Set([
  ...PART_NAMES,
  "unit",
  "tiers",
  "windows",
  "incrementSeconds",
  "minimumSeconds",
]);

export const serviceOptions = SERVICE_TYPES.map((value) => ({ value, label: serviceWords(value) }));

const byToken = (values: FieldValues) => String(values.unit ?? "").endsWith("tokens");
const bySecond = (values: FieldValues) => values.unit === "per_second" || values.unit === "per_minute";

/** The fields of a price book: unit, rates, higher rates above a size, times of day, least charge. */
export function bookFields(shown: (values: FieldValues) => boolean = () => true): FieldSpec[] {
  const when = (also: (values: FieldValues) => boolean) => (values: FieldValues) =>
    shown(values) && also(values);
  return [
    {
      name: "unit",
      label: "Unit",
      kind: "select",
      required: true,
      options: PRICE_UNITS.map((value) => ({ value, label: unitWords(value) })),
      when: shown,
    },
    ...TOKEN_PARTS.map(
      (part): FieldSpec => ({
        ...part,
        kind: "amount",
        required: part.name === "input" || part.name === "output",
        when: when(byToken),
      }),
    ),
    {
      name: "amount",
      label: "Rate",
      kind: "amount",
      required: true,
      when: when((values) => !byToken(values)),
    },
    {
      name: "carrierFee",
      label: "Carrier fee",
      kind: "amount",
      hint: "Beside the rate, for each segment.",
      when: when((values) => values.unit === "per_segment"),
    },
    {
      name: "tiers",
      label: "Higher rates",
      kind: "lines",
      code: true,
      rows: 2,
      placeholder: "272000 input=10 output=45",
      hint: "A line each: strictly above this size the whole call takes these rates.",
      when: shown,
    },
    {
      name: "windows",
      label: "Times of day",
      kind: "lines",
      code: true,
      rows: 2,
      placeholder: "mon-fri 01:00-04:00 UTC x0.5",
      hint: "A line each: days, hours, zone, and what the rates are multiplied by.",
      when: shown,
    },
    { name: "incrementSeconds", label: "Counted in steps of seconds", kind: "number", when: when(bySecond) },
    { name: "minimumSeconds", label: "Seconds charged at least", kind: "number", when: when(bySecond) },
  ];
}

function tierOf(line: string): object {
  const [above = "", ...rates] = line.trim().split(/\s+/);
  const parts = Object.fromEntries(rates.map((rate) => rate.split("=", 2)));
  return { above: Number(above), parts };
}

function windowOf(line: string): object {
  const words = line.trim().split(/\s+/);
  const days = /^[a-z]{3}/i.test(words[0] ?? "") ? words.shift() : undefined;
  const [hours = "", timezone = "UTC", factor = ""] = words;
  const [from = "", to = ""] = hours.split("-");
  return { ...(days ? { days } : {}), from, to, timezone, multiplier: factor.replace(/^x/i, "") };
}

function filled(values: FieldValues, names: readonly string[]): [string, string | number | null][] {
  return names.flatMap((name) => {
    const value = values[name];
    return value === undefined || value === null || value === ""
      ? []
      : [[name, typeof value === "number" ? value : String(value)] as [string, string | number]];
  });
}

const linesOf = (value: FieldValues[string] | undefined) => (Array.isArray(value) ? value : []);

/** A form's values with what belongs to the price book taken out of them and put together. */
export function bookFromForm(values: FieldValues): { book: object; rest: FieldValues } {
  const names = byToken(values) ? TOKEN_PARTS.map((part) => part.name) : ["amount", "carrierFee"];
  const tiers = linesOf(values.tiers).map(tierOf);
  const windows = linesOf(values.windows).map(windowOf);
  const minimum = bySecond(values)
    ? Object.fromEntries(filled(values, ["incrementSeconds", "minimumSeconds"]))
    : {};
  return {
    book: {
      unit: values.unit,
      parts: Object.fromEntries(filled(values, names)),
      ...(tiers.length > 0 ? { tiers } : {}),
      ...(windows.length > 0 ? { windows } : {}),
      ...(Object.keys(minimum).length > 0 ? { minimum } : {}),
    },
    rest: Object.fromEntries(Object.entries(values).filter(([name]) => !BOOK_FIELDS.has(name))),
  };
}

/** A part of a price as people read it: `cachedInput` is "Cached input". */
export function partLabel(part: string): string {
  const known =
    TOKEN_PARTS.find((one) => one.name === part)?.label ??
    { amount: "Rate", carrierFee: "Carrier fee" }[part];
  return known ?? part;
}

/** One line for a price book's extras: the higher rates and the times of day. */
export function bookExtras(book: {
  tiers?: ReadonlyArray<{ above: number; parts: object }> | null | undefined;
  windows?:
    | ReadonlyArray<{
        days?: string | undefined;
        from: string;
        to: string;
        timezone: string;
        multiplier: string;
      }>
    | null
    | undefined;
}): string[] {
  const rates = (parts: object) =>
    Object.entries(parts)
      .map(([name, rate]) => `${partLabel(name).toLowerCase()} ${String(rate)}`)
      .join(", ");
  return [
    ...(book.tiers ?? []).map((tier) => `Above ${tier.above.toLocaleString("en")}: ${rates(tier.parts)}`),
    ...(book.windows ?? []).map(
      (one) => `${one.days ?? "Every day"} ${one.from}–${one.to} ${one.timezone}: × ${one.multiplier}`,
    ),
  ];
}
