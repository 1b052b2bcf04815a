"use client";
import type { ReactNode } from "react";
import { Chip } from "#components/ui/chip.tsx";
import type { FieldSpec } from "#components/ui/record-form.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";

export interface PricingRuleRowView {
  id: string;
  scope: string;
  scopeName: string | null;
  serviceType: string | null;
  provider: string | null;
  model: string | null;
  markupPercent: string | null;
  fixedPrice: string | null;
  validFrom: string | null;
  validTo: string | null;
  reason: string | null;
}

const services = ["token", "voice", "sms", "email", "api_call", "message", "storage", "bandwidth"];

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
      options: plans.map((plan) => ({ value: plan.id, label: plan.name })),
      when: (values) => values.scope === "plan",
    },
    {
      name: "tenantId",
      label: "Tenant",
      kind: "select",
      options: tenants.map((tenant) => ({ value: tenant.id, label: tenant.name })),
      when: (values) => values.scope === "tenant",
    },
    {
      name: "serviceType",
      label: "Service",
      kind: "select",
      placeholder: "any",
      options: services.map((value) => ({ value, label: value.replaceAll("_", " ") })),
    },
    { name: "provider", label: "Provider", placeholder: "any" },
    { name: "model", label: "Model", placeholder: "any", code: true },
    {
      name: "markupPercent",
      label: "Markup, percent",
      kind: "amount",
      required: true,
      hint: "0 is a real rule: at cost.",
    },
    { name: "validFrom", label: "Begins", code: true, placeholder: "2026-12-01T00:00:00.000Z" },
    { name: "validTo", label: "Ends", code: true },
    { name: "reason", label: "Reason, for the history" },
  ];
}

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
      empty="Without a rule everything is sold at cost."
      createInitial={{ scope: "platform" }}
      createFields={own}
      editFields={() => own.filter((field) => ["markupPercent", "validTo", "reason"].includes(field.name))}
      valuesOf={(row) => ({ markupPercent: row.markupPercent, validTo: row.validTo, reason: row.reason })}
      tools={props.preview}
      archiveLabel="End the rule"
      columns={[
        {
          key: "scope",
          head: "For",
          cell: (row) => (
            <span className="row">
              {row.scopeName ?? "Everybody"} <Chip>{row.scope}</Chip>
            </span>
          ),
        },
        { key: "service", head: "Service", cell: (row) => row.serviceType?.replaceAll("_", " ") ?? anyValue },
        { key: "provider", head: "Provider", desk: true, cell: (row) => row.provider ?? anyValue },
        {
          key: "model",
          head: "Model",
          desk: true,
          cell: (row) => (row.model ? <span className="code">{row.model}</span> : anyValue),
        },
        {
          key: "price",
          head: "Markup",
          number: true,
          cell: (row) =>
            row.markupPercent === null ? (row.fixedPrice ?? "fixed") : `${trimmed(row.markupPercent)}%`,
        },
        {
          key: "from",
          head: "Begins",
          desk: true,
          cell: (row) => (row.validFrom ? time.date(row.validFrom) : "since ever"),
        },
        { key: "to", head: "Ends", desk: true, cell: (row) => (row.validTo ? time.date(row.validTo) : "–") },
      ]}
    />
  );
}

function trimmed(value: string): string {
  return value.includes(".") ? value.replace(/\.?0+$/, "") : value;
}
