import type { ServiceType } from "./service-type.ts";

/** What kind of use it is, as a person says it; the same on screens, invoices and in explanations. */
export const SERVICE_WORDS: Record<ServiceType, string> = {
  token: "AI tokens",
  voice: "Voice",
  sms: "SMS",
  email: "E-mail",
  api_call: "API calls",
  message: "Messages",
  storage: "Storage",
  bandwidth: "Traffic",
  adjustment: "Adjustments",
};
