import type { Json } from "../run/state.ts";
import { readYesNo } from "./read-yes-no.ts";

export type ReadAnswer = { understood: true; value: Json } | { understood: false };
type Reply = { text: string; buttonId?: string };
type Choice = { id: string; title: string };

const NOT: ReadAnswer = { understood: false };
const got = (value: Json): ReadAnswer => ({ understood: true, value });

function readChoice({ text, buttonId }: Reply, choices: readonly Choice[]): ReadAnswer {
  const word = text.trim().toLowerCase();
  const byNumber = /^\d+$/.test(word) ? choices[Number(word) - 1] : undefined;
  const chosen = choices.find((c) => c.id === buttonId || c.title.toLowerCase() === word) ?? byNumber;
  return chosen ? got(chosen.id) : NOT;
}

function readNumber(text: string): ReadAnswer {
  const match = /-?\d+(?:[.,]\d+)?/.exec(text);
  return match ? got(Number(match[0].replace(",", "."))) : NOT;
}

function readPhone(text: string): ReadAnswer {
  const digits = text.replace(/[\s().-]/g, "");
  return /^\+?\d{7,15}$/.test(digits) ? got(digits) : NOT;
}

/** Reads a customer's words as the kind of answer a question asked for. */
export function readAnswer(kind: string, reply: Reply, choices: readonly Choice[]): ReadAnswer {
  switch (kind) {
    case "yes_no": {
      const read = readYesNo(reply.text, reply.buttonId);
      return read === "unclear" ? NOT : got(read === "yes");
    }
    case "choice":
      return readChoice(reply, choices);
    case "number":
      return readNumber(reply.text);
    case "email": {
      const match = /[^\s@<>]+@[^\s@<>]+\.[^\s@<>.,;]+/.exec(reply.text);
      return match ? got(match[0]) : NOT;
    }
    case "phone":
      return readPhone(reply.text);
    default:
      return reply.text.trim() === "" ? NOT : got(reply.text);
  }
}
