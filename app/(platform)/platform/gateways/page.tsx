import type { Metadata } from "next";
import { GatewaysPage } from "#components/platform/gateways-page.tsx";

export const metadata: Metadata = { title: "Payment gateways" };

export default function Page() {
  return <GatewaysPage />;
}
