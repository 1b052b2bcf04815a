import type { Metadata } from "next";

export const metadata: Metadata = { title: "Conversation" };

/** The address names the open conversation; the layout shows it. */
export default function Page() {
  return null;
}
