import type { Metadata } from "next";
import { PricesPage } from "#components/platform/prices-page.tsx";

export const metadata: Metadata = { title: "Provider prices" };

export default function Page() {
  return <PricesPage />;
}
