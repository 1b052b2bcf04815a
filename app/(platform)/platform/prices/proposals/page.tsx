import type { Metadata } from "next";
import { PriceProposalsPage } from "#components/platform/price-proposals-page.tsx";

export const metadata: Metadata = { title: "Proposed prices" };

export default function Page() {
  return <PriceProposalsPage />;
}
