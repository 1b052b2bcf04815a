import type { Metadata } from "next";
import { LateUsagePage } from "#components/platform/late-usage-page.tsx";

export const metadata: Metadata = { title: "Late usage" };

export default function Page() {
  return <LateUsagePage />;
}
