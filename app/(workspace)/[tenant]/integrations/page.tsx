import type { Metadata } from "next";
import { ConnectorsPage } from "#components/settings/connectors-page.tsx";

export const metadata: Metadata = { title: "Integrations" };

export default function Page() {
  return <ConnectorsPage />;
}
