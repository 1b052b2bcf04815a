/** A conversation as a row of the inbox. */
export interface ConversationRowView {
  id: string;
  customerId: string;
  customerName: string;
  channelType: string;
  preview: string;
  lastMessageAt: string;
  status: string;
  handler: "bot" | "agent";
  assigneeName: string | null;
  unreadCount: number;
  /** What the machine is doing, such as "Product Purchase · Create order". */
  flowLabel: string | null;
  handoffReason: string | null;
}

/** One view of the inbox with how many conversations it holds. */
export interface InboxViewCount {
  key: string;
  label: string;
  count: number | null;
  warn?: boolean;
}

export interface InboxCounts {
  views: ReadonlyArray<InboxViewCount>;
  channels: ReadonlyArray<InboxViewCount>;
}

/** The head of an open thread. */
export interface ThreadView {
  id: string;
  customerId: string;
  customerName: string;
  channelType: string;
  address: string | null;
  status: string;
  snoozedUntil: string | null;
  handler: "bot" | "agent";
  assigneeName: string | null;
  closedByPerson: boolean;
  /** The run that answers now. */
  run: {
    flowName: string;
    version: number;
    stepName: string | null;
    executionId: string;
    working: boolean;
  } | null;
  /** Customer's last message, provider time: the 24-hour window counts from it; null where no window exists. */
  windowFrom: string | null;
  callCount: number;
  tokensUsed: string;
  clientPrice: string;
  currency: string;
}
