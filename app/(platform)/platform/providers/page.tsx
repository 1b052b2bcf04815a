import type { Metadata } from "next";
import { PlatformProvidersPage } from "#components/ai/platform-providers-page.tsx";

export const metadata: Metadata = { title: "AI providers" };

export default function Page() {
  return <PlatformProvidersPage />;
}
