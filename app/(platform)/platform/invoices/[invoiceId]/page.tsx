import type { Metadata } from "next";
import { StaffInvoicePage } from "#components/platform/staff-invoice-page.tsx";

export const metadata: Metadata = { title: "Invoice" };

export default async function Page(props: { params: Promise<{ invoiceId: string }> }) {
  const { invoiceId } = await props.params;
  return <StaffInvoicePage invoiceId={invoiceId} />;
}
