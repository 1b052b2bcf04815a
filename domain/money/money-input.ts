import { z } from "zod";
import { parseAmount } from "./amount.ts";
import { isCurrency } from "./currency.ts";

const MONEY = /^-?\d{1,12}(\.\d{1,12})?$/;

/** A decimal given as text or JSON number, kept as plain decimal text; at most 12 digits on either side. */
export const decimalInput = z
  .union([z.string(), z.number()])
  .transform((value) => (typeof value === "number" ? numberToText(value) : value))
  .refine(
    (text) => MONEY.test(text),
    "Give a decimal number with at most 12 digits before and 12 after the point.",
  );

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
export const currencyInput = z.string().refine(isCurrency, "Give an ISO 4217 currency code such as USD.");

function numberToText(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  return value.toFixed(20).replace(/0+$/, "").replace(/\.$/, "");
}
