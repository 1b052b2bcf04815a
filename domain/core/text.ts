import { z } from "zod";

/**
 * A text of 1 to `max` characters, kept and returned character for character: nothing is trimmed or normalised; what
 * the database cannot keep (NUL, lone surrogates) is refused.
 */
export function text(max: number, min = 1) {
  return z
    .string()
    .min(min)
    .max(max)
    .refine((value) => !value.includes("\u0000"), { error: "must not contain the NUL character" })
    .refine((value) => value.isWellFormed(), {
      error: "must be well-formed Unicode, without lone surrogates",
    });
}

/** Any value that JSON can hold, without NUL or lone surrogates in its texts. */
export const jsonValue = z.json().refine((value) => isKeepable(JSON.stringify(value ?? null)), {
  error: "must not contain NUL or lone surrogates",
});

function isKeepable(json: string): boolean {
  return !json.includes("\\u0000") && !/\\ud[89a-f]/i.test(json);
}
