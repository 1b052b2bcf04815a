import type { Metadata } from "next";
import { ProfitPage } from "#components/platform/profit-page.tsx";

export const metadata: Metadata = { title: "Profit" };

export default function Page() {
  return <ProfitPage />;
}
