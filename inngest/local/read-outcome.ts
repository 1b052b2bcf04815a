import type { Core, Job } from "./core.ts";
import { type Answer, COMPLETE_ID, type Op, readError } from "./protocol.ts";
import type { StepResult } from "./recorder.ts";
import type { Outcome } from "./settle.ts";

/** When a step began, from the SDK's own measurement (nanoseconds of Unix time), else null. */
export function stepResult(op: Op): StepResult {
  const nanoseconds = op.timing?.a;
  const startedAt = nanoseconds ? new Date(nanoseconds / 1e6).toISOString() : null;
  const base = { id: op.id, name: op.displayName ?? op.name ?? null, startedAt };
  return op.op === "StepFailed" || op.op === "StepError"
    ? { ...base, kind: "error", value: readError(op.error) }
    : { ...base, kind: "data", value: op.data ?? null };
}

function failureOf(core: Core, job: Job, op: Op, retryAfterMs: number | null, into: Outcome): void {
  const failures = job.attempt + 1;
  const most = core.router.rules.get(job.functionId)?.maxAttempts ?? 1;
  const final = op.op === "StepFailed" || failures >= most;
  if (!final) into.retry = { delayMs: retryAfterMs ?? core.backoff(failures) };
  else if (op.id === COMPLETE_ID) into.end = { failed: readError(op.error) };
  else {
    into.steps.push(stepResult(op));
    into.again = true;
  }
}

function readOp(core: Core, job: Job, op: Op, retryAfterMs: number | null, into: Outcome): void {
  switch (op.op) {
    case "StepRun":
    case "Step":
      into.steps.push(stepResult(op));
      into.again = true;
      return;
    case "StepError":
    case "StepFailed":
      failureOf(core, job, op, retryAfterMs, into);
      return;
    case "StepPlanned":
      into.planned.push(op);
      return;
    case "Sleep":
    case "WaitForEvent":
    case "WaitForSignal":
    case "InvokeFunction":
      into.waits.push(op);
      return;
    case "RunComplete":
      into.end = { output: op.data ?? null };
      return;
    case "DiscoveryRequest":
      into.again = true;
      return;
    case "StepNotFound":
      into.retry = { delayMs: core.backoff(job.attempt + 1) };
      return;
    default:
      into.end = {
        failed: {
          name: "UnsupportedStep",
          message: `The executor does not offer ${op.op}; do the work inside step.run.`,
        },
      };
  }
}

/** Sorts an answer of the SDK into what has to be written. */
export function readOutcome(core: Core, job: Job, answer: Answer): Outcome {
  const outcome: Outcome = { steps: [], planned: [], waits: [], again: false };
  if (answer.kind === "returned") return { ...outcome, end: { output: answer.value } };
  if (answer.kind === "threw") {
    const failures = job.attempt + 1;
    const most = core.router.rules.get(job.functionId)?.maxAttempts ?? 1;
    if (answer.final || failures >= most) return { ...outcome, end: { failed: answer.error } };
    return { ...outcome, retry: { delayMs: answer.retryAfterMs ?? core.backoff(failures) } };
  }
  for (const op of answer.ops) readOp(core, job, op, answer.retryAfterMs, outcome);
  return outcome;
}
