import { z } from "zod";
import { parseAmount } from "./amount.ts";
import { isCurrency } from "./currency.ts";

const MONEY = /^-?\d{1,12}(\.\d{1,12})?$/;

/** A decimal given as text or JSON number, kept as plain decimal text; at most 12 digits on either side. */
export const decimalInput = z
  .union([z.string(), z.number()])
  .transform((value) => (typeof value === "number" ? numberToText(value) : value))
  // What follows reads the text as a number, so a text that is none ends here.
  .refine((text) => MONEY.test(text), {
    error: "Give a decimal number with at most 12 digits before and 12 after the point.",
    abort: true,
  });

/** A decimal of 0 or more. */
export const nonNegativeDecimalInput = decimalInput.refine(
  (text) => !text.startsWith("-"),
  "Must not be negative.",
);

/** A decimal above 0. */
export const positiveDecimalInput = nonNegativeDecimalInput.refine(
  (text) => parseAmount(text) > 0n,
  "Must be above 0.",
);

/** An ISO 4217 currency code. */
export const currencyInput = z
  .string()
  .refine(isCurrency, { error: "Give an ISO 4217 currency code such as USD.", abort: true });

function numberToText(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  return value.toFixed(20).replace(/0+$/, "").replace(/\.$/, "");
}
