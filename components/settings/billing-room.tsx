"use client";
import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { cardWords } from "#components/billing/card-words.ts";
import { Amount } from "#components/ui/amount.tsx";
import { Button } from "#components/ui/button.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Empty } from "#components/ui/empty.tsx";
import { ListPage } from "#components/ui/list-page.tsx";
import { Meter } from "#components/ui/meter.tsx";
import {
  type FieldSpec,
  type FieldValues,
  type FormProblem,
  RecordForm,
} from "#components/ui/record-form.tsx";
import { SideSheet } from "#components/ui/side-sheet.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { useTimeFormat } from "#components/ui/time.tsx";

export type BillingSheet = "wallet" | "profile" | null;

interface MethodView {
  id: string;
  status: string;
  provider: string;
  kind: string | null;
  brand: string | null;
  last4: string | null;
  expMonth: number | null;
  expYear: number | null;
  isDefault: boolean;
  setupUrl: string | null;
}
interface EntryView {
  id: string;
  amount: string;
  balanceAfter: string;
  currency: string;
  description: string;
  occurredAt: string;
}
interface ProfileView {
  billingName: string;
  billingEmail: string;
  billingAddress: string | null;
  taxId: string | null;
  currency: string;
  aiMonthlyBudget: string | null;
  aiMonthlySpent: string | null;
}

const profileFields: ReadonlyArray<FieldSpec> = [
  { name: "billingEmail", label: "Invoices go to", required: true },
  { name: "billingAddress", label: "Billing address", kind: "area", hint: "Stands on the next invoice." },
  { name: "taxId", label: "Tax id" },
  {
    name: "aiMonthlyBudget",
    label: "AI budget a month",
    kind: "amount",
    hint: "When AI has cost this much, people take over until the next month. Empty for none.",
  },
];
const walletFields = (currency: string): ReadonlyArray<FieldSpec> => [
  {
    name: "amount",
    label: `Amount, ${currency}`,
    kind: "amount",
    required: true,
    hint: "Prepaid money pays the next invoices first.",
  },
];

const nameOf = (method: MethodView) =>
  cardWords(
    [method.brand ?? method.kind ?? method.provider, method.last4 ? `•••• ${method.last4}` : null]
      .filter(Boolean)
      .join(" "),
  ) ?? "";
const untilOf = (method: MethodView) =>
  method.expMonth && method.expYear ? `${String(method.expMonth).padStart(2, "0")}/${method.expYear}` : "";

/** How the bills are paid: saved methods, the wallet with its movements, whom the bills go to. */
export function BillingRoom(props: {
  tabs: ReactNode;
  methods: ReadonlyArray<MethodView>;
  wallet: { balance: string; currency: string };
  entries: ReadonlyArray<EntryView>;
  profile: ProfileView;
  /** Whether any provider can take money. */
  canPay: boolean;
  mayPay: boolean;
  mayEdit: boolean;
  sheet: BillingSheet;
  onSheet: (sheet: BillingSheet) => void;
  onSubmit: (kind: NonNullable<BillingSheet>, values: FieldValues) => Promise<FormProblem | null>;
  onAdd: (() => void) | null;
  onPortal: (() => void) | null;
  onDefault: (id: string) => void;
  onRemove: (id: string) => void;
}) {
  const { methods, wallet, profile, sheet } = props;
  return (
    <ListPage
      title="Settings"
      tabs={props.tabs}
      actions={
        <>
          {props.onPortal ? (
            <Button onClick={props.onPortal} className="only-desk">
              Provider’s page
            </Button>
          ) : null}
          {props.onAdd ? (
            <Button variant="primary" icon={<Plus size={14} aria-hidden="true" />} onClick={props.onAdd}>
              Add card
            </Button>
          ) : null}
        </>
      }
    >
      <Methods {...props} methods={methods} />
      <section className="px-3 py-5" aria-label="Wallet">
        <div className="row mb-2">
          <h2 className="text-title">Wallet</h2>
          <Amount value={wallet.balance} currency={wallet.currency} symbol className="text-title ms-3" />
          {props.mayPay && props.canPay ? (
            <span className="end">
              <Button onClick={() => props.onSheet("wallet")}>Add money</Button>
            </span>
          ) : null}
        </div>
        <Movements entries={props.entries} />
      </section>
      <section className="px-3 py-5" aria-label="Bills">
        <div className="row mb-2">
          <h2 className="text-title">Bills go to</h2>
          {props.mayEdit ? (
            <span className="end">
              <Button onClick={() => props.onSheet("profile")}>Change</Button>
            </span>
          ) : null}
        </div>
        <p>{profile.billingName}</p>
        <p>{profile.billingEmail}</p>
        <p className="whitespace-pre-line text-ink-2">{profile.billingAddress}</p>
        {profile.taxId ? <p className="text-ink-2">Tax id {profile.taxId}</p> : null}
      </section>
      <section className="px-3 py-5" aria-label="AI budget">
        <h2 className="text-title mb-2">AI budget a month</h2>
        <AiBudget profile={profile} />
      </section>
      <SideSheet
        open={sheet !== null}
        onClose={() => props.onSheet(null)}
        title={sheet === "wallet" ? "Money into the wallet" : "Bills and AI budget"}
      >
        {sheet ? (
          <RecordForm
            key={sheet}
            whole={sheet === "wallet"}
            fields={sheet === "wallet" ? walletFields(wallet.currency) : profileFields}
            initial={sheet === "wallet" ? {} : { ...profile }}
            submitLabel={sheet === "wallet" ? "Pay into the wallet" : "Save"}
            onSubmit={async (values) => {
              const problem = await props.onSubmit(sheet, values);
              if (problem === null) props.onSheet(null);
              return problem;
            }}
          />
        ) : null}
      </SideSheet>
    </ListPage>
  );
}

function AiBudget(props: { profile: ProfileView }) {
  const { aiMonthlyBudget: budget, aiMonthlySpent: spent, currency } = props.profile;
  if (budget === null)
    return (
      <p className="text-ink-3">
        No hard stop is set for AI. Alerts and limits on the billing page still hold.
      </p>
    );
  const percent = Number(budget) > 0 ? (Number(spent) / Number(budget)) * 100 : 100;
  return (
    <div className="max-w-96">
      <p className="num">
        <Amount value={spent ?? "0"} currency={currency} minor />
        <span className="text-ink-3"> of </span>
        <Amount value={budget} currency={currency} minor />
      </p>
      <Meter
        className="mt-1.5"
        label="Spent of the AI budget"
        percent={percent}
        tone={percent >= 100 ? "critical" : "accent"}
      />
    </div>
  );
}

const stateOf = (method: MethodView) =>
  method.status !== "active" ? (
    <Chip tone="caution">Not finished</Chip>
  ) : method.isDefault ? (
    <Chip tone="accent">Pays renewals</Chip>
  ) : (
    <StatusChip status={method.status} />
  );

function Methods(props: {
  methods: ReadonlyArray<MethodView>;
  canPay: boolean;
  mayPay: boolean;
  onDefault: (id: string) => void;
  onRemove: (id: string) => void;
}) {
  return (
    <DataTable
      label="Means of payment"
      rows={props.methods}
      idOf={(method) => method.id}
      meta={stateOf}
      empty={
        <Empty
          title="No saved card"
          text={
            props.canPay
              ? "With a saved card invoices are paid by themselves; without one each has its own page to pay on."
              : "Invoices are paid by bank transfer here; each names its sum and its number."
          }
        />
      }
      columns={[
        { key: "name", head: "Card or account", cell: (method) => <b>{nameOf(method)}</b> },
        { key: "until", head: "Valid until", cell: untilOf, desk: true },
        {
          key: "status",
          head: "Status",
          desk: true,
          cell: stateOf,
        },
        {
          key: "acts",
          head: <span className="sr-only">Acts</span>,
          number: true,
          cell: (method) => (
            <span className="row justify-end gap-1.5">
              {method.setupUrl ? (
                <a className="btn sm" href={method.setupUrl}>
                  Finish
                </a>
              ) : null}
              {props.mayPay && method.status === "active" && !method.isDefault ? (
                <Button size="sm" onClick={() => props.onDefault(method.id)}>
                  Make default
                </Button>
              ) : null}
              {props.mayPay ? (
                <Button
                  size="sm"
                  variant="quiet"
                  aria-label={`Remove ${nameOf(method)}`}
                  onClick={() => props.onRemove(method.id)}
                >
                  Remove
                </Button>
              ) : null}
            </span>
          ),
        },
      ]}
    />
  );
}

function Movements(props: { entries: ReadonlyArray<EntryView> }) {
  const time = useTimeFormat();
  if (props.entries.length === 0) return <p className="text-ink-3">Nothing moved yet.</p>;
  return (
    <DataTable
      label="Wallet movements"
      meta={(entry) => time.date(entry.occurredAt)}
      rows={props.entries}
      idOf={(entry) => entry.id}
      empty={null}
      columns={[
        { key: "what", head: "What", cell: (entry) => entry.description },
        { key: "when", head: "When", cell: (entry) => time.date(entry.occurredAt), desk: true },
        {
          key: "amount",
          head: "Amount",
          number: true,
          cell: (entry) => <Amount value={entry.amount} currency={entry.currency} />,
        },
        {
          key: "balance",
          head: "Balance",
          number: true,
          cell: (entry) => <Amount value={entry.balanceAfter} currency={entry.currency} />,
        },
      ]}
    />
  );
}
