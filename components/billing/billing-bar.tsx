"use client";
import type { ReactNode } from "react";
import { LinkTabs } from "#components/ui/link-tabs.tsx";

/** The bar of the billing pages with its tabs. */
export function BillingBar(props: { base: string; title: ReactNode; actions?: ReactNode }) {
  return (
    <header className="bar">
      <h1 className="text-title me-4 max-sm:sr-only">{props.title}</h1>
      <span className="bar-tabs flex min-w-0 self-stretch overflow-x-auto">
        <LinkTabs
          label="Billing"
          tabs={[
            { href: props.base, label: "This month", exact: true },
            { href: `${props.base}/invoices`, label: "Invoices" },
            { href: `${props.base}/records`, label: "Records" },
            { href: `${props.base}/plan`, label: "Plan" },
            { href: `${props.base}/prices`, label: "Prices" },
          ]}
        />
      </span>
      {props.actions ? <span className="end row gap-1.5">{props.actions}</span> : null}
    </header>
  );
}
