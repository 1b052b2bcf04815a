import type { FieldSpec, FieldValues } from "#components/ui/record-form.tsx";

type Rate = {
  model: string;
  per?: number | undefined;
  price?: string | undefined;
  tiers?: ReadonlyArray<{ upTo: number | null; price: string; flatFee?: string | undefined }> | undefined;
};

/** What of a plan the form shows. */
export interface PlanFormView {
  name: string;
  code: string;
  currency: string;
  monthlyPrice: string;
  yearlyPrice: string | null;
  interval: string;
  intervalCount: number;
  trialDays: number;
  minimumCommitment: string;
  included: Readonly<Record<string, string | number | undefined>>;
  overage: Readonly<Record<string, Rate | undefined>>;
  limits: Readonly<Record<string, number | undefined>>;
}

const kinds: ReadonlyArray<readonly [kind: string, label: string]> = [
  ["tokens", "AI tokens"],
  ["voiceMinutes", "Voice minutes"],
  ["sms", "Text messages"],
  ["emails", "E-mails"],
  ["apiCalls", "API calls"],
  ["messages", "Messages"],
];
const limits: ReadonlyArray<readonly [kind: string, label: string]> = [
  ["messages", "Messages a month, at most"],
  ["aiRequests", "AI requests a month, at most"],
  ["customers", "Customers, at most"],
  ["seats", "People, at most"],
  ["channels", "Channels, at most"],
  ["flows", "Flows, at most"],
  ["connectors", "Connectors, at most"],
];
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
/** The name of a field inside a part of the plan, as a refused field's path is told: `overage.tokens.price`. */
const at = (...path: string[]) => path.map((word, i) => (i === 0 ? word : capital(word))).join("");
const tiered = (model: unknown) => model === "graduated" || model === "volume";

function rateFields([kind, label]: readonly [string, string]): FieldSpec[] {
  const name = (part: string) => at("overage", kind, part);
  const model = (values: FieldValues) => values[name("model")];
  const group = "Beyond what is included";
  const fields: FieldSpec[] = [
    {
      name: name("model"),
      label: `${label} beyond what is included`,
      kind: "select",
      placeholder: "at the recorded price",
      options: [
        { value: "flat", label: "one price for each" },
        { value: "graduated", label: "each by its tier" },
        { value: "volume", label: "all by the tier of their sum" },
        { value: "package", label: "by begun packages" },
      ],
    },
    {
      name: name("per"),
      label: "The price is for so many",
      kind: "number",
      placeholder: "1",
      when: (v) => Boolean(model(v)),
    },
    {
      name: name("price"),
      label: "Price",
      kind: "amount",
      when: (v) => Boolean(model(v)) && !tiered(model(v)),
    },
    {
      name: name("tiers"),
      label: "Tiers",
      kind: "lines",
      code: true,
      placeholder: "1000000 0.05\nrest 0.03",
      hint: "A line a tier: up to how many, the price, and a fee due once where there is one. The last begins with rest.",
      when: (v) => tiered(model(v)),
    },
  ];
  return fields.map((field) => ({ ...field, group }));
}

/** Everything that a plan consists of. */
export const planFields: ReadonlyArray<FieldSpec> = [
  { name: "name", label: "Name", required: true },
  { name: "code", label: "Code", required: true, code: true },
  { name: "currency", label: "Currency", required: true },
  { name: "monthlyPrice", label: "Price a month", kind: "amount", required: true },
  { name: "yearlyPrice", label: "Price a year", kind: "amount" },
  {
    name: "interval",
    label: "A period is counted in",
    kind: "select",
    required: true,
    options: [
      { value: "month", label: "months" },
      { value: "year", label: "years" },
    ],
  },
  { name: "intervalCount", label: "Length of a period", kind: "number", hint: "3 months are a quarter." },
  { name: "trialDays", label: "Days of trial", kind: "number" },
  {
    name: "minimumCommitment",
    label: "Usage comes to at least, a month",
    kind: "amount",
    hint: "What is missing is added to the invoice.",
  },
  ...kinds.map(
    ([kind, label]): FieldSpec => ({
      name: at("included", kind),
      label: `${label} included`,
      kind: "number",
      group: "Included in the price",
    }),
  ),
  {
    name: at("included", "credit"),
    label: "Credit for usage, a month",
    kind: "amount",
    group: "Included in the price",
    hint: "Money in the plan's currency for what the included units do not cover.",
  },
  ...kinds.flatMap(rateFields),
  ...limits.map(
    ([kind, label]): FieldSpec => ({ name: at("limits", kind), label, kind: "number", group: "Limits" }),
  ),
];

/** A plan as the form shows it. */
export function planValues(plan: PlanFormView): FieldValues {
  const { included, overage, limits: allowed, ...plain } = plan;
  const values: FieldValues = {};
  for (const name of planFields.map((field) => field.name))
    if (Object.hasOwn(plain, name)) values[name] = plain[name as keyof typeof plain];
  for (const [kind, units] of Object.entries(included)) values[at("included", kind)] = units ?? null;
  for (const [kind, most] of Object.entries(allowed)) values[at("limits", kind)] = most ?? null;
  for (const [kind, rate] of Object.entries(overage)) {
    if (!rate) continue;
    values[at("overage", kind, "model")] = rate.model;
    values[at("overage", kind, "per")] = rate.per ?? 1;
    values[at("overage", kind, "price")] = rate.price ?? null;
    values[at("overage", kind, "tiers")] = (rate.tiers ?? []).map(({ upTo, price, flatFee }) =>
      [upTo ?? "rest", price, flatFee].filter((part) => part !== undefined).join(" "),
    );
  }
  return values;
}

function rateOf(values: FieldValues, kind: string): object | null {
  const [model, per, price, tiers] = ["model", "per", "price", "tiers"].map(
    (p) => values[at("overage", kind, p)],
  );
  if (!model) return null;
  const rate = { model, ...(per === null || per === undefined ? {} : { per }) };
  if (!tiered(model)) return { ...rate, ...(price === null || price === undefined ? {} : { price }) };
  const lines = Array.isArray(tiers) ? tiers : [];
  return {
    ...rate,
    tiers: lines.map((line) => {
      const [upTo = "", tierPrice = "", flatFee] = line.split(/\s+/);
      return {
        upTo: upTo === "rest" ? null : Number(upTo),
        price: tierPrice,
        ...(flatFee ? { flatFee } : {}),
      };
    }),
  };
}

/**
 * What the form says, as a plan's parts. `before` is what it showed: with it only what changed is said, and an emptied
 * field takes its part away; without it nothing empty is said.
 */
export function planFromForm(values: FieldValues, before: FieldValues | null): Record<string, unknown> {
  const all = { ...before, ...values };
  const part = (name: string, names: readonly string[], read: (kind: string) => unknown) => {
    const said = names.flatMap((kind) => {
      const touched = Object.keys(values).some(
        (field) => field === at(name, kind) || field.startsWith(`${at(name, kind)}`),
      );
      const value = touched ? read(kind) : undefined;
      return value === undefined || (value === null && !before) ? [] : [[kind, value] as const];
    });
    return said.length > 0 ? { [name]: Object.fromEntries(said) } : {};
  };
  const own = Object.entries(values).filter(
    ([name, value]) => !/^(included|overage|limits)[A-Z]/.test(name) && (value !== null || before),
  );
  const unitNames = [...kinds.map(([kind]) => kind), "credit"];
  return {
    ...Object.fromEntries(own),
    ...part("included", unitNames, (kind) => values[at("included", kind)] ?? null),
    ...part(
      "overage",
      kinds.map(([kind]) => kind),
      (kind) => rateOf(all, kind),
    ),
    ...part(
      "limits",
      limits.map(([kind]) => kind),
      (kind) => values[at("limits", kind)] ?? null,
    ),
  };
}
