import type { Metadata } from "next";

export const metadata: Metadata = { title: "Inbox" };

/** No conversation is open; the layout shows the list. */
export default function Page() {
  return null;
}
