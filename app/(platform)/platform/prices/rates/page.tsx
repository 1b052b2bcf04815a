import type { Metadata } from "next";
import { ExchangeRatesPage } from "#components/platform/exchange-rates-page.tsx";

export const metadata: Metadata = { title: "Exchange rates" };

export default function Page() {
  return <ExchangeRatesPage />;
}
