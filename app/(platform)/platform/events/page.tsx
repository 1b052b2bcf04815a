import type { Metadata } from "next";
import { SystemEventsPage } from "#components/platform/logs-pages.tsx";

export const metadata: Metadata = { title: "System events" };

export default function Page() {
  return <SystemEventsPage />;
}
