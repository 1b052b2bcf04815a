import type { Metadata } from "next";
import { InvoicePage } from "#components/billing/invoice-page.tsx";

export const metadata: Metadata = { title: "Invoice" };

export default async function Page(props: { params: Promise<{ invoiceId: string }> }) {
  return <InvoicePage invoiceId={(await props.params).invoiceId} />;
}
