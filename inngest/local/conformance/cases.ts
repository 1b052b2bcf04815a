import { controlCases } from "./control-cases.ts";
import { eventCases } from "./event-cases.ts";
import { failureCases } from "./failure-cases.ts";
import { stepCases } from "./step-cases.ts";
import type { Case } from "./world.ts";

/** The table of the suite: every case, by name, in all three modes. */
export const cases: Case[] = [...stepCases, ...failureCases, ...eventCases, ...controlCases];
