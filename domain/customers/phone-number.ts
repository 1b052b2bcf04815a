import { parsePhoneNumberFromString } from "libphonenumber-js";

/** A phone number as E.164 where it names a country and can be read; what cannot is kept as it came. */
export function normalisePhone(phone: string): string {
  const parsed = parsePhoneNumberFromString(phone.trim().replace(/^00/, "+"));
  return parsed?.isPossible() ? parsed.number : phone;
}
