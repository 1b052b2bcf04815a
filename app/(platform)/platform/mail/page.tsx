import type { Metadata } from "next";
import { MailPage } from "#components/platform/logs-pages.tsx";

export const metadata: Metadata = { title: "Mail sent" };

export default function Page() {
  return <MailPage />;
}
