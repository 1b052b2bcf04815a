import type { Metadata } from "next";
import { PricingPage } from "#components/platform/pricing-page.tsx";

export const metadata: Metadata = { title: "Pricing" };

export default function Page() {
  return <PricingPage />;
}
