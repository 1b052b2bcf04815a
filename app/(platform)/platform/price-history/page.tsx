import type { Metadata } from "next";
import { PriceChangesPage } from "#components/platform/price-changes-page.tsx";

export const metadata: Metadata = { title: "Price changes" };

export default function Page() {
  return <PriceChangesPage />;
}
