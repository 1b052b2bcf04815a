import { describe, expect, it } from "vitest";
import { readYesNo } from "./read-yes-no.ts";

const YES = [
  "Yes, please!",
  "yep",
  "ok go ahead",
  "sí",
  "👍",
  "Sure thing",
  "yes yes",
  "OK",
  "Yes I want it",
  "sounds good",
  "Let's do it!",
  "ja bitte",
  "👍🏽",
  "yeah sure",
  "I confirm",
  "claro que sí",
  "of course!",
  "Okay, order it please",
  "why not",
  "Please do",
  "y",
  "Yes, thanks",
  "do it now",
];
const NO = [
  "No",
  "no thanks",
  "not now",
  "nope",
  "👎",
  "No, thank you!",
  "I don't want it",
  "cancel",
  "nein danke",
  "maybe later",
  "never mind",
  "no no",
  "n",
  "I changed my mind",
  "no gracias",
  "not interested",
];
const UNCLEAR = [
  "yes but in black",
  "how much is shipping?",
  "maybe",
  "what colours are there",
  "yes or no",
  "can I get two?",
  "hmm",
  "",
  "blue",
  "yes if it arrives by Friday",
  "is it new?",
  "🤔",
  "My address is 5 Main Street",
  "I know nothing about it",
];

describe("reading yes and no", () => {
  it.each(YES)("reads %j as yes", (text) => expect(readYesNo(text)).toBe("yes"));
  it.each(NO)("reads %j as no", (text) => expect(readYesNo(text)).toBe("no"));
  it.each(UNCLEAR)("finds %j unclear", (text) => expect(readYesNo(text)).toBe("unclear"));
  it("takes a pressed button over the words", () => expect(readYesNo("No, thanks", "no")).toBe("no"));
});
