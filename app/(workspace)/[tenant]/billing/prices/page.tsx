import type { Metadata } from "next";
import { PriceHistoryPage } from "#components/billing/price-history-page.tsx";

export const metadata: Metadata = { title: "Prices" };

export default function Page() {
  return <PriceHistoryPage />;
}
