import type { Metadata } from "next";
import { RunPage } from "#components/flows/run-page.tsx";

export const metadata: Metadata = { title: "Run" };

export default async function Page(props: { params: Promise<{ runId: string }> }) {
  return <RunPage runId={(await props.params).runId} />;
}
