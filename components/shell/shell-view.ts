/** What the frame around every room shows: who you are, where you are, what this month costs. */
export interface ShellView {
  tenant: { slug: string; name: string; plan: string };
  tenants: ReadonlyArray<{ slug: string; name: string }>;
  person: { id: string; name: string; email: string; role: string };
  isOperator: boolean;
  demo: boolean;
  openConversations: number | null;
  spend: {
    label: string;
    amount: string;
    currency: string;
    budget: string | null;
    percent: number | null;
  } | null;
  time: { locale: string; timeZone: string; offsetMs: number };
}
