import { redirect } from "next/navigation";

/** A workspace opens with its inbox. */
export default async function Page(props: { params: Promise<{ tenant: string }> }) {
  redirect(`/${(await props.params).tenant}/inbox`);
}
