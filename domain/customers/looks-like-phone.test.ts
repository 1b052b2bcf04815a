import { expect, it } from "vitest";
import { looksLikePhone } from "./looks-like-phone.ts";

it("takes numbers as people write them and refuses what nobody could call", () => {
  for (const phone of ["+12025550142", "+1 (202) 555-0142", "0049 30/123456", "12025550142"])
    expect(looksLikePhone(phone), phone).toBe(true);
  for (const phone of ["12", "", "call me", "+++++", "jane@example.com"])
    expect(looksLikePhone(phone), phone).toBe(false);
});
