import type { SeenTransaction } from "./postgres-proxy.ts";

export type PeerName = "model" | "shop" | "whatsapp";

/** Where a kill strikes: at a commit whose answer is withheld, or at a peer that has done its part and not answered. */
export type Strike = { place: string } & (
  | { at: "commit"; holds: (seen: SeenTransaction) => boolean }
  | {
      at: "peer";
      peer: PeerName;
      holds: (request: { method: string; path: string; body: string }) => boolean;
      answered: boolean;
    }
);

const commit = (place: string, ...patterns: RegExp[]): Strike => ({
  place,
  at: "commit",
  holds: ({ statements }) => patterns.every((pattern) => statements.some((text) => pattern.test(text))),
});

const peer = (place: string, name: PeerName, method: string, path: RegExp): Strike => ({
  place,
  at: "peer",
  peer: name,
  answered: false,
  holds: (request) => request.method === method && path.test(request.path),
});

/** A model call: the one that finds the intent, or the one inside the run. */
const call = (place: string, classifies: boolean, answered: boolean): Strike => ({
  place,
  at: "peer",
  peer: "model",
  answered,
  holds: ({ body }) => body.includes("Intents:") === classifies,
});

const JOURNAL = commit("journal committed / not answered", /insert into webhook_journal/);
const ATTEMPT = call("attempt row / provider's answer", false, false);
const ANSWER = commit("answer / usage record", /update ai_responses set status = \$/);
const RECORD = commit("record / next node", /insert into usage_breakdown/);
const WAIT = commit("wait / reply", /insert into waitpoints/);

/** The five places that every run strikes at least twice, and in the short run once. */
export const REQUIRED: readonly Strike[] = [JOURNAL, ATTEMPT, ANSWER, RECORD, WAIT];

/** Further places where work could be lost or done twice. */
const FURTHER: readonly Strike[] = [
  call("answer / usage record", false, true),
  call("attempt row / provider's answer", true, false),
  peer("order written / its answer", "shop", "POST", /orders\.json/),
  peer("message taken / provider's acknowledgement", "whatsapp", "POST", /\/messages$/),
  commit("message attempt / provider asked", /insert into delivery_attempts/),
  commit("messages stored / turn", /insert into conversation_inbox/),
  commit("event handed over / run begun", /insert into durable_runs/),
  commit("reply taken / order asked for", /update waitpoints set status = 'resolved'/),
  peer("product asked for / its answer", "shop", "GET", /products\.json/),
  commit("run ended / lease given back", /set status = 'resolved', resolved_at/),
];

/** The plan of a run: the required places round by round, then the further ones, `kills` in all. */
export function planStrikes(kills: number): Strike[] {
  const rounds = Math.max(1, Math.min(3, Math.floor(kills / REQUIRED.length)));
  const required = Array.from({ length: rounds }, () => REQUIRED).flat();
  const plan = [...required];
  for (let at = 0; plan.length < kills; at += 1) {
    const further = FURTHER[at % FURTHER.length] as Strike;
    // Spread between the required ones, so that neither kind meets only the first or the last conversations.
    plan.splice(Math.min(plan.length, at * 2 + 1), 0, further);
  }
  return plan.slice(0, kills);
}
