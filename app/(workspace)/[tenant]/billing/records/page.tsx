import type { Metadata } from "next";
import { RecordsPage } from "#components/billing/records-page.tsx";

export const metadata: Metadata = { title: "Usage records" };

export default function Page() {
  return <RecordsPage />;
}
