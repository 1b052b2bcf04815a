import type { Metadata } from "next";
import { BillingSettingsPage } from "#components/settings/billing-settings-page.tsx";

export const metadata: Metadata = { title: "Payment" };

export default function Page() {
  return <BillingSettingsPage />;
}
