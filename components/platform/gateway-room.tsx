"use client";
import Link from "next/link";
import { Amount } from "#components/ui/amount.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { CopyLine } from "#components/ui/copy-line.tsx";
import type { FieldSpec } from "#components/ui/record-form.tsx";
import { RecordRoom, type RecordSource } from "#components/ui/record-room.tsx";

export interface GatewayRowView {
  id: string;
  provider: string;
  name: string;
  support: string;
  isActive: boolean;
  isUsable: boolean;
  credentialNames: ReadonlyArray<string>;
  settingNames: ReadonlyArray<string>;
  credentials: Record<string, string>;
  settings: Record<string, string>;
  webhookUrl: string | null;
  totalTransactions: number;
  totalVolume: ReadonlyArray<{ currency: string; amount: string }>;
  successRate: string | null;
}

/** `secretKey` as a person reads it. */
const words = (name: string) => {
  const plain = name.replace(/([A-Z])/g, " $1").toLowerCase();
  return plain.slice(0, 1).toUpperCase() + plain.slice(1);
};

function fieldsOf(row: GatewayRowView): ReadonlyArray<FieldSpec> {
  if (row.support !== "adapter") return [{ name: "name", label: "Name", required: true }];
  return [
    { name: "name", label: "Name", required: true },
    { name: "active", label: "Takes payments", kind: "switch" },
    ...row.credentialNames.map((name) => ({
      name: `credentials_${name}`,
      label: words(name),
      kind: "secret" as const,
    })),
    {
      name: "webhookSecret",
      label: "Webhook secret",
      kind: "secret",
      hint: "The one before stays good beside a new one.",
    },
    ...row.settingNames.map((name) => ({ name: `settings_${name}`, label: words(name) })),
  ];
}

function valuesOf(row: GatewayRowView) {
  const prefixed = (prefix: string, values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}_${name}`, value]));
  return {
    name: row.name,
    active: row.isActive,
    webhookSecret: row.credentials.webhookSecret ?? "",
    ...prefixed("credentials", row.credentials),
    ...prefixed("settings", row.settings),
  };
}

function stateOf(row: GatewayRowView) {
  if (row.support === "manual") return <Chip tone="info">By hand</Chip>;
  if (row.support === "bring_your_own") return <Chip tone="outline">Bring your own adapter</Chip>;
  if (row.isUsable) return <Chip tone="positive">Takes payments</Chip>;
  return <Chip>{row.isActive ? "Needs its keys" : "Off"}</Chip>;
}

/** Every payment provider: what it takes, how much, and how often that works. */
export function GatewayRoom(props: { source: RecordSource<GatewayRowView> }) {
  return (
    <RecordRoom
      title="Payment gateways"
      noun="gateway"
      source={props.source}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      subtitleOf={(row) => row.provider}
      empty="Payment providers stand here."
      editFields={fieldsOf}
      valuesOf={valuesOf}
      above={(row) => (
        <div className="col gap-3 p-5 pb-0">
          <Link href={`/platform/payments?gateway=${row.id}`} className="drill self-start">
            {row.totalTransactions.toLocaleString("en-US")} payments
          </Link>
          {row.webhookUrl ? <CopyLine label="Webhook address" value={row.webhookUrl} /> : null}
        </div>
      )}
      columns={[
        { key: "name", head: "Provider", cell: (row) => row.name },
        { key: "state", head: "State", cell: stateOf },
        {
          key: "count",
          head: "Transactions",
          number: true,
          desk: true,
          cell: (row) => row.totalTransactions.toLocaleString("en-US"),
        },
        {
          key: "volume",
          head: "Volume",
          number: true,
          desk: true,
          cell: (row) =>
            row.totalVolume.length === 0
              ? "–"
              : row.totalVolume.map((sum) => (
                  <span key={sum.currency} className="block">
                    <Amount value={sum.amount} currency={sum.currency} symbol />
                  </span>
                )),
        },
        {
          key: "rate",
          head: "Succeed",
          number: true,
          cell: (row) => (row.successRate === null ? "–" : `${row.successRate}%`),
        },
      ]}
    />
  );
}
