import { describe, expect, it } from "vitest";
import { extractName } from "./extract-name.ts";
import { trainIntentClassifier } from "./intent-classifier.ts";
import { HELD_OUT, INTENTS, OUT_OF_SCOPE } from "./testing/intent-corpus.ts";
import { catalogue, requestFor } from "./testing/made-up-catalogue.ts";

describe("the offline intent classifier, ten examples per intent", () => {
  const classifier = trainIntentClassifier(INTENTS);

  it("finds the intent of at least 80 % of 50 held-out paraphrases", () => {
    expect(HELD_OUT).toHaveLength(50);
    const wrong = HELD_OUT.filter(({ text, intent }) => classifier.classify(text).intent !== intent);
    expect(
      wrong.length,
      wrong.map((w) => `${w.text} → ${classifier.classify(w.text).intent}`).join("\n"),
    ).toBeLessThanOrEqual(10);
  });

  it("refuses at least 70 % of 20 messages about something else", () => {
    expect(OUT_OF_SCOPE).toHaveLength(20);
    const taken = OUT_OF_SCOPE.filter((text) => classifier.classify(text).intent !== null);
    expect(taken.length, taken.join("\n")).toBeLessThanOrEqual(6);
  });

  it("trains in well under a second and gives the same answer every time", () => {
    const again = trainIntentClassifier(INTENTS);
    for (const { text } of HELD_OUT) expect(again.classify(text)).toEqual(classifier.classify(text));
  });

  it("has no opinion without examples", () => {
    expect(trainIntentClassifier([]).classify("hello")).toMatchObject({ intent: null, confidence: 0 });
  });
});

describe("extracting a product's name", () => {
  it.each([
    ["I want to buy AirPods Pro", "AirPods Pro"],
    ["Extract product name from: I want to buy AirPods Pro", "AirPods Pro"],
    ["do you have the Sony WH-1000XM5 in stock?", "Sony WH-1000XM5"],
    ["How much is a leather wallet?", "leather wallet"],
    ["Can I order 2 yoga mats please", "yoga mats"],
    ["I'm looking for a garden hose, thanks!", "garden hose"],
  ])("reads %j", (text, name) => expect(extractName(text)).toBe(name));

  it.each(["I want to buy something", "hello there my friend how are you", ""])(
    "finds nothing in %j",
    (text) => expect(extractName(text)).toBeNull(),
  );

  it("finds 95 % of 200 made-up names as written and 85 % with a typing slip", () => {
    expect(new Set(catalogue).size).toBe(200);
    const asWritten = catalogue.filter((name, at) => extractName(requestFor(name, at), catalogue) === name);
    const slipped = catalogue.filter(
      (name, at) => extractName(requestFor(name.replace(/(.)(.)(?=.?$)/, "$2$1"), at), catalogue) === name,
    );
    expect(asWritten.length).toBeGreaterThanOrEqual(190);
    expect(slipped.length).toBeGreaterThanOrEqual(170);
  });

  it("names nothing from the catalogue where nothing is near", () => {
    expect(extractName("what are your opening hours on Sunday", catalogue)).toBeNull();
  });
});
