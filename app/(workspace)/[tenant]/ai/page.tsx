import { redirect } from "next/navigation";

/** AI opens with its providers. */
export default async function Page(props: { params: Promise<{ tenant: string }> }) {
  redirect(`/${(await props.params).tenant}/ai/providers`);
}
