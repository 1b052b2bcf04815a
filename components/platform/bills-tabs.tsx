import { LinkTabs } from "#components/ui/link-tabs.tsx";

/** The rooms of bills: the invoices, what came late for them, what was paid. */
export function BillsTabs() {
  return (
    <LinkTabs
      label="Bills"
      tabs={[
        { href: "/platform/invoices", label: "Invoices" },
        { href: "/platform/late-usage", label: "Late usage" },
        { href: "/platform/payments", label: "Payments" },
      ]}
    />
  );
}
