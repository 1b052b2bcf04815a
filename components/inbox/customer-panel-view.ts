/** The person beside the thread. */
export interface CustomerPanelView {
  id: string;
  name: string;
  since: string | null;
  tags: ReadonlyArray<string>;
  conversationCount: number;
  identities: ReadonlyArray<{ label: string; value: string; code?: boolean }>;
  details: ReadonlyArray<{ label: string; value: string }>;
  conversation: { calls: number; tokens: string; price: string; currency: string; href: string | null };
}
