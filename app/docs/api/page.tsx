import type { Metadata } from "next";
import { ApiDocs } from "#components/docs/api-docs.tsx";
import { apiDocs } from "#server/rest/api-docs.ts";

export const metadata: Metadata = { title: "API" };
export const dynamic = "force-dynamic";

export default function Page() {
  return <ApiDocs apis={[apiDocs("tenant"), apiDocs("platform")]} />;
}
