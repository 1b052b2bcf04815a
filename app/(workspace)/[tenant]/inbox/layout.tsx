import { InboxPage } from "#components/inbox/inbox-page.tsx";

/** The inbox stays in place while its pages say which conversation is open. */
export default function InboxLayout() {
  return <InboxPage />;
}
