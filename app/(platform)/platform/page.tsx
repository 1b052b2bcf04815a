import { redirect } from "next/navigation";

/** The console opens with its tenants. */
export default function Page() {
  redirect("/platform/tenants");
}
