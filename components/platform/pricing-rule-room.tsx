"use client";
import type { ReactNode } from "react";
import { sentence, serviceWords } from "#components/billing/service-words.ts";
import { Chip } from "#components/ui/chip.tsx";
import type { FieldSpec, FieldValues } from "#components/ui/record-form.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";
import { bookFields, serviceOptions } from "./price-book-form.ts";

export interface PricingRuleRowView {
  id: string;
  scope: string;
  scopeName: string | null;
  serviceType: string | null;
  provider: string | null;
  model: string | null;
  markupPercent: string | null;
  fixedPrice: string | null;
  /** The fixed price's higher rates and times of day, a line each. */
  extras: ReadonlyArray<string>;
  trial: { name: string; side: string; percent: string } | null;
  validFrom: string | null;
  validTo: string | null;
  reason: string | null;
}

function fields(
  tenants: ReadonlyArray<{ id: string; name: string }>,
  plans: ReadonlyArray<{ id: string; name: string }>,
): FieldSpec[] {
  return [
    {
      name: "scope",
      label: "For",
      kind: "select",
      required: true,
      options: [
        { value: "platform", label: "everybody" },
        { value: "plan", label: "a plan" },
        { value: "tenant", label: "one tenant" },
      ],
    },
    {
      name: "planId",
      label: "Plan",
      kind: "select",
      required: true,
      options: plans.map((plan) => ({ value: plan.id, label: plan.name })),
      when: (values) => values.scope === "plan",
    },
    {
      name: "tenantId",
      label: "Tenant",
      kind: "select",
      required: true,
      options: tenants.map((tenant) => ({ value: tenant.id, label: tenant.name })),
      when: (values) => values.scope === "tenant",
    },
    {
      name: "serviceType",
      label: "Service",
      kind: "select",
      placeholder: "any",
      options: serviceOptions,
    },
    { name: "provider", label: "Provider", placeholder: "any" },
    { name: "model", label: "Model", placeholder: "any", code: true },
    {
      name: "pricedBy",
      label: "Priced by",
      group: "Price",
      kind: "select",
      required: true,
      options: [
        { value: "markup", label: "a markup on the cost" },
        { value: "fixed", label: "a fixed price" },
      ],
    },
    { ...markupField, when: (values) => values.pricedBy !== "fixed" },
    ...bookFields((values) => values.pricedBy === "fixed").map((field) => ({ ...field, group: "Price" })),
    {
      name: "validFrom",
      group: "Time",
      label: "Begins, midnight UTC",
      kind: "date",
      hint: "Empty: as early as it may.",
    },
    { name: "validTo", group: "Time", label: "Ends, midnight UTC", kind: "date" },
    {
      name: "trialName",
      group: trialGroup,
      label: "Trial of two prices",
      placeholder: "none",
      hint: "With a name the rule holds for a share of the tenants, always the same ones.",
      when: (values) => values.scope !== "tenant",
    },
    {
      name: "trialSide",
      group: trialGroup,
      label: "Side of the trial",
      kind: "select",
      required: true,
      options: ["a", "b"].map((value) => ({ value, label: `Side ${value}` })),
      when: inTrial,
    },
    {
      name: "trialPercent",
      group: trialGroup,
      label: "Share of the tenants, percent",
      kind: "amount",
      required: true,
      when: inTrial,
    },
    { name: "reason", label: "Reason, for the history", group: "History" },
  ];
}

const trialGroup = "Trial";

const markupField: FieldSpec = {
  name: "markupPercent",
  label: "Markup, percent",
  kind: "amount",
  required: true,
  hint: "0 is a real rule: at cost.",
  group: "Price",
};

const inTrial = (values: FieldValues) => values.scope !== "tenant" && Boolean(values.trialName);

/** What tenants pay: rules by scope; tenant wins over plan over platform, then the narrower, then the later. */
export function PricingRuleRoom(props: {
  source: RecordSource<PricingRuleRowView>;
  tenants: ReadonlyArray<{ id: string; name: string }>;
  plans: ReadonlyArray<{ id: string; name: string }>;
  preview: ReactNode;
}) {
  const time = useTimeFormat();
  const own = fields(props.tenants, props.plans);
  const anyValue = <span className="text-ink-3">any</span>;
  return (
    <RecordRoom
      title="Pricing"
      noun="rule"
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.scopeName ?? "Everybody"}
      subtitleOf={(row) => row.reason}
      meta={(row) =>
        [row.serviceType ? serviceWords(row.serviceType) : "Any service", row.provider, row.model]
          .filter(Boolean)
          .join(", ")
      }
      empty="Without a rule everything is sold at cost."
      createInitial={{
        scope: "platform",
        pricedBy: "markup",
        unit: "per_1k_tokens",
        trialSide: "a",
        trialPercent: "50",
      }}
      createFields={own}
      editFields={(row) => [
        ...(row.markupPercent === null ? [] : [markupField]),
        ...own.filter((field) => ["validTo", "reason"].includes(field.name)),
      ]}
      above={(row) =>
        row.fixedPrice ? (
          <ul className="col gap-1 p-5 text-ink-2">
            {[row.fixedPrice, ...row.extras].map((line) => (
              <li key={line} className="num">
                {line}
              </li>
            ))}
          </ul>
        ) : null
      }
      valuesOf={(row) => ({
        markupPercent: row.markupPercent,
        validTo: row.validTo?.slice(0, 10) ?? null,
        reason: row.reason,
      })}
      tools={props.preview}
      archiveLabel="End the rule"
      columns={[
        {
          key: "scope",
          head: "For",
          cell: (row) => (
            <span className="row">
              {row.scopeName ?? "Everybody"}{" "}
              {row.scope === "platform" ? null : <Chip>{sentence(row.scope)}</Chip>}
              {row.trial ? (
                <Chip>
                  {row.trial.name}: side {row.trial.side}, {trimmed(row.trial.percent)}%
                </Chip>
              ) : null}
            </span>
          ),
        },
        {
          key: "service",
          head: "Service",
          desk: true,
          cell: (row) => (row.serviceType ? serviceWords(row.serviceType) : anyValue),
        },
        { key: "provider", head: "Provider", desk: true, cell: (row) => row.provider ?? anyValue },
        {
          key: "model",
          head: "Model",
          desk: true,
          cell: (row) => (row.model ? <span className="code">{row.model}</span> : anyValue),
        },
        {
          key: "price",
          head: "Markup or price",
          number: true,
          cell: (row) =>
            row.markupPercent === null
              ? (row.fixedPrice ?? "Fixed")
              : `${trimmed(row.markupPercent).replace("-", "−")}%`,
        },
        {
          key: "from",
          head: "Begins",
          desk: true,
          cell: (row) => (row.validFrom ? time.date(row.validFrom) : "From the start"),
        },
        { key: "to", head: "Ends", desk: true, cell: (row) => (row.validTo ? time.date(row.validTo) : "–") },
      ]}
    />
  );
}

function trimmed(value: string): string {
  return value.includes(".") ? value.replace(/\.?0+$/, "") : value;
}
