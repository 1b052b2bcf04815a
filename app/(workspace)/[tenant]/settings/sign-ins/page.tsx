import type { Metadata } from "next";
import { SignInsPage } from "#components/settings/sign-ins-page.tsx";

export const metadata: Metadata = { title: "My sign-ins" };

export default function Page() {
  return <SignInsPage />;
}
