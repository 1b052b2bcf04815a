import type { Metadata } from "next";
import { JournalPage } from "#components/platform/logs-pages.tsx";

export const metadata: Metadata = { title: "Webhook journal" };

export default function Page() {
  return <JournalPage />;
}
