import type { Metadata } from "next";
import { AiProvidersPage } from "#components/ai/ai-providers-page.tsx";

export const metadata: Metadata = { title: "AI providers" };

export default function Page() {
  return <AiProvidersPage />;
}
