import type { Metadata } from "next";
import { DemoPage } from "#components/demo/demo-page.tsx";

export const metadata: Metadata = { title: "Demo" };

export default function Page() {
  return <DemoPage />;
}
