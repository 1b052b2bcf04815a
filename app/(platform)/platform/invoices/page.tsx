import type { Metadata } from "next";
import { InvoicesRunPage } from "#components/platform/invoices-run-page.tsx";

export const metadata: Metadata = { title: "Invoices" };

export default function Page() {
  return <InvoicesRunPage />;
}
