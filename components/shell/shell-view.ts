/** What the server says about the workspace one is in. */
export interface ShellAnswer {
  tenant: {
    id: string;
    slug: string;
    name: string;
    status: string;
    planName: string | null;
    timezone: string;
    locale: string;
    currency: string;
    sandbox: boolean;
    now: string;
    offsetMs: number;
  };
  role: string;
  permissions: string[];
  openConversations: number;
  demo: boolean;
  spend: { month: string; amount: string; budget: string | null } | null;
  notices: NoticeView[];
}

/** What everybody in the workspace should know now. */
export type NoticeView =
  | { kind: "suspended" | "past_due"; id: string; at: string | null }
  | { kind: "quota_full"; id: string; name: string; type: string; stops: boolean; resetsAt: string }
  | { kind: "budget_mark"; id: string; name: string; mark: string; spent: string; budget: string }
  | { kind: "trial_ends"; id: string; plan: string; at: string };

/** The person in front of the screen and the workspaces open to them. */
export interface ShellPerson {
  id: string;
  name: string;
  email: string;
  staff: boolean;
  workspaces: ReadonlyArray<{ slug: string; name: string; role: string }>;
}

/** What the frame around every room shows: who you are, where you are, what this month costs. */
export interface ShellView {
  tenant: { slug: string; name: string; plan: string; currency: string };
  tenants: ReadonlyArray<{ slug: string; name: string }>;
  person: { id: string; name: string; email: string; role: string };
  isOperator: boolean;
  permissions: ReadonlyArray<string>;
  demo: boolean;
  openConversations: number | null;
  spend: {
    label: string;
    amount: string;
    currency: string;
    budget: string | null;
    percent: number | null;
  } | null;
  notices: ReadonlyArray<NoticeView>;
  time: { locale: string; timeZone: string; offsetMs: number };
}

/** The server's answer as the frame shows it. */
export function shellView(shell: ShellAnswer, person: ShellPerson): ShellView {
  const { tenant, spend } = shell;
  const budget = spend?.budget ?? null;
  return {
    tenant: {
      slug: tenant.slug,
      name: tenant.name,
      plan: tenant.planName ? `${tenant.planName} plan` : shell.role.replaceAll("_", " "),
      currency: tenant.currency,
    },
    tenants: person.workspaces.map((one) => ({ slug: one.slug, name: one.name })),
    person: { id: person.id, name: person.name, email: person.email, role: shell.role },
    isOperator: person.staff,
    permissions: shell.permissions,
    demo: shell.demo,
    openConversations: shell.openConversations,
    spend: spend
      ? {
          label: monthName(spend.month, tenant.locale),
          amount: spend.amount,
          currency: tenant.currency,
          budget,
          // For the width of a bar only.
          percent: budget && Number(budget) > 0 ? (Number(spend.amount) / Number(budget)) * 100 : null,
        }
      : null,
    notices: shell.notices,
    time: { locale: tenant.locale, timeZone: tenant.timezone, offsetMs: tenant.offsetMs },
  };
}

function monthName(month: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: "long", timeZone: "UTC" }).format(
    new Date(`${month}-15T00:00:00Z`),
  );
}
