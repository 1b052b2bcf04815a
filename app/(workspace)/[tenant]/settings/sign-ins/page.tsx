import type { Metadata } from "next";
import { SignInsPage } from "#components/settings/sign-ins-page.tsx";

export const metadata: Metadata = { title: "My sign-ins" };

export default async function Page(props: { params: Promise<{ tenant: string }> }) {
  const { tenant } = await props.params;
  return <SignInsPage base={`/${tenant}`} />;
}
