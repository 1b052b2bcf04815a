import type { Metadata } from "next";
import { VersionsPage } from "#components/flows/versions-page.tsx";

export const metadata: Metadata = { title: "Versions" };

export default async function Page(props: { params: Promise<{ flowId: string }> }) {
  return <VersionsPage flowId={(await props.params).flowId} />;
}
