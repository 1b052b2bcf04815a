import type { Metadata } from "next";
import { RunsPage } from "#components/flows/runs-page.tsx";

export const metadata: Metadata = { title: "Runs" };

export default async function Page(props: { params: Promise<{ flowId: string }> }) {
  return <RunsPage flowId={(await props.params).flowId} />;
}
