import { redirect } from "next/navigation";

/** Settings open with the team. */
export default async function Page(props: { params: Promise<{ tenant: string }> }) {
  redirect(`/${(await props.params).tenant}/settings/team`);
}
