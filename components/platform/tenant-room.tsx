"use client";
import type { ReactNode } from "react";
import { tileOf } from "#components/shell/tile-of.ts";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { Age } from "#components/ui/time.tsx";

export interface TenantRowView {
  id: string;
  name: string;
  slug: string;
  status: string;
  planName: string | null;
  currency: string;
  timezone: string;
  sandbox: boolean;
  /** What AI may come to in a month at most. */
  aiMonthlyBudget: string | null;
  /** What its clock shows. */
  now: string;
  createdAt: string;
}

/** Every workspace of the platform. */
export function TenantRoom(props: {
  source: RecordSource<TenantRowView>;
  plans: ReadonlyArray<{ id: string; name: string }>;
  search: string;
  onSearch: (value: string) => void;
  below: (row: TenantRowView) => ReactNode;
}) {
  return (
    <RecordRoom
      title="Tenants"
      noun="tenant"
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      subtitleOf={(row) => row.slug}
      search={{ label: "Search tenants", value: props.search, onChange: props.onSearch }}
      empty="A tenant is one company with its own people, customers and bill."
      createInitial={{ currency: "USD", timezone: "UTC", sandbox: false }}
      createFields={[
        { name: "name", label: "Name", required: true },
        { name: "slug", label: "Short name in addresses", required: true, code: true },
        { name: "ownerName", label: "Owner's name", required: true },
        { name: "ownerEmail", label: "Owner's e-mail", required: true },
        { name: "currency", label: "Currency", required: true },
        { name: "timezone", label: "Time zone", required: true, code: true },
        {
          name: "planId",
          label: "Plan",
          kind: "select",
          options: props.plans.map((plan) => ({ value: plan.id, label: plan.name })),
        },
        { name: "sandbox", label: "Sandbox, its clock can be set", kind: "switch" },
      ]}
      editFields={() => [
        {
          name: "aiMonthlyBudget",
          label: "AI budget a month",
          kind: "amount",
          hint: "In the tenant's currency. At the budget people take over; empty for none.",
        },
      ]}
      valuesOf={(row) => ({ aiMonthlyBudget: row.aiMonthlyBudget })}
      below={props.below}
      columns={[
        {
          key: "name",
          head: "Tenant",
          cell: (row) => (
            <span className="row">
              <span className="tenant s" data-tile={tileOf(row.slug)} aria-hidden="true">
                {row.name.slice(0, 1)}
              </span>
              {row.name}
            </span>
          ),
        },
        { key: "plan", head: "Plan", cell: (row) => row.planName ?? "–" },
        { key: "status", head: "Status", cell: (row) => <StatusChip status={row.status} /> },
        {
          key: "zone",
          head: "Time zone",
          desk: true,
          cell: (row) => <span className="text-ink-2">{row.timezone}</span>,
        },
        { key: "currency", head: "Currency", desk: true, cell: (row) => row.currency },
        {
          key: "since",
          head: "Since",
          desk: true,
          cell: (row) => <Age at={row.createdAt} className="text-ink-3" />,
        },
      ]}
    />
  );
}
