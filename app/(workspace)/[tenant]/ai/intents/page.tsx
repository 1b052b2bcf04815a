import type { Metadata } from "next";
import { IntentsPage } from "#components/ai/intents-page.tsx";

export const metadata: Metadata = { title: "Intents" };

export default function Page() {
  return <IntentsPage />;
}
