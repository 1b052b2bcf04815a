import { AppError } from "#domain/core/app-error.ts";
import type { QuotaRefusal } from "./usage-fact.ts";

/** The error of a call that a full quota or the plan refuses, with what customers are told then. */
export function refusalError({ code, quotaName, payable, resetsAt, pauseMessage }: QuotaRefusal): AppError {
  if (code === "billing.plan_limit") {
    const message = `The plan's AI requests of this month are used up until ${resetsAt}. Choose a larger plan, or wait.`;
    return new AppError("limit_reached", code, message, { kind: "aiRequests", pauseMessage });
  }
  const ways = payable ? "Raise it, pay for more room, or wait." : "Raise it, or wait.";
  const message = `The quota “${quotaName}” is used up until ${resetsAt}. ${ways}`;
  return new AppError("limit_reached", code, message, { pauseMessage });
}
