import { type Inngest, InngestCommHandler, type InngestFunction } from "inngest";
import type { FunctionConfig } from "./function-rules.ts";
import { type Answer, type CallInput, readAnswer } from "./protocol.ts";

type Request = {
  method: "POST" | "PUT";
  body: string;
  query: Record<string, string>;
  headers: Record<string, string>;
};
type Response = { status: number; headers: Record<string, string>; body: string };

const ADDRESS = new URL("http://executor.local/api/inngest");
const NO_ENV: Record<string, string | undefined> = {};

/**
 * Calls unmodified Inngest functions through the SDK's own serve contract, in process: no sockets, no Request and
 * Response objects, no signature, an empty environment instead of a copy of the process's.
 */
export class Caller {
  private readonly handle: (request: Request) => Promise<Response>;

  constructor(client: Inngest.Any, functions: InngestFunction.Any[]) {
    const handler = new InngestCommHandler({
      frameworkName: "aurora-local",
      client,
      functions,
      skipSignatureValidation: true,
      handler: (request: Request) => ({
        body: () => request.body,
        headers: (key: string) => request.headers[key.toLowerCase()] ?? null,
        method: () => request.method,
        url: () => ADDRESS,
        queryString: (key: string) => request.query[key],
        env: () => NO_ENV,
        transformResponse: (response: Response) => response,
      }),
    });
    this.handle = handler.createHandler() as unknown as (request: Request) => Promise<Response>;
  }

  /** The configurations of every function, by the protocol's in-band sync. */
  async sync(): Promise<FunctionConfig[]> {
    const response = await this.handle({
      method: "PUT",
      body: JSON.stringify({ url: ADDRESS.href }),
      query: {},
      headers: { "x-inngest-sync-kind": "in_band" },
    });
    if (response.status !== 200) throw new Error(`The functions could not be read: ${response.body}`);
    return (JSON.parse(response.body) as { functions: FunctionConfig[] }).functions;
  }

  /** Runs a function from its memoised steps to its next operations. Never throws for an error inside it. */
  async call(input: CallInput): Promise<Answer> {
    const steps: Record<string, unknown> = {};
    for (const [id, memo] of input.steps) {
      steps[id] =
        memo.kind === "data" ? { type: "data", data: memo.value } : { type: "error", error: memo.value };
    }
    const stack = [...input.steps.keys()];
    const body = JSON.stringify({
      version: 2,
      event: input.events[0],
      events: input.events,
      steps,
      ctx: {
        run_id: input.runId,
        fn_id: input.functionId,
        attempt: input.attempt,
        max_attempts: input.maxAttempts,
        disable_immediate_execution: input.disableImmediateExecution,
        use_api: false,
        qi_id: input.callId,
        stack: { stack, current: stack.length },
      },
    });
    const query = { fnId: input.functionId, stepId: input.stepId === "" ? "step" : input.stepId };
    return readAnswer(await this.handle({ method: "POST", body, query, headers: {} }));
  }
}
