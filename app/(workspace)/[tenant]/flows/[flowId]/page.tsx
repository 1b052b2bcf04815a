import type { Metadata } from "next";
import { FlowPage } from "#components/flows/flow-page.tsx";

export const metadata: Metadata = { title: "Flow" };

export default async function Page(props: { params: Promise<{ flowId: string }> }) {
  return <FlowPage flowId={(await props.params).flowId} />;
}
