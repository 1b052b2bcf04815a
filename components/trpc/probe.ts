import type { ProbeResult } from "#components/ui/probe-box.tsx";
import { errorText } from "./error-text.ts";

/** A test of an outside party by id as its box shows it; `after` reads again what the test has changed. */
export function probe(
  test: { mutateAsync: (input: { id: string }) => Promise<{ ok: boolean; message: string }> },
  after?: () => Promise<unknown>,
) {
  return async (id: string): Promise<ProbeResult> => {
    try {
      const { ok, message } = await test.mutateAsync({ id });
      await after?.();
      return { ok, text: message };
    } catch (error) {
      return { ok: false, text: errorText(error) };
    }
  };
}
