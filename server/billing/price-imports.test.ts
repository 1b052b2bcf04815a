import { describe, expect, it } from "vitest";
import { useTestDatabase } from "#db/testing/database.ts";
import { priceListInput } from "#domain/billing/price-import.ts";
import { importPrices } from "./price-imports.ts";
import {
  acceptInsideBand,
  acceptPriceProposal,
  listPriceProposals,
  rejectPriceProposal,
} from "./price-proposals.ts";
import { listProviderPrices } from "./provider-prices.ts";
import { addPrice, countAll } from "./testing/billing-fixtures.ts";

useTestDatabase();

const START = "2099-01-01T00:00:00.000Z";
const line = (model: string, input: string, output = "10") => ({
  provider: "openai",
  model,
  serviceType: "token",
  currency: "USD",
  unit: "per_1m_tokens",
  parts: { input, output },
});
const bring = (source: string, prices: Record<string, unknown>[]) =>
  importPrices(priceListInput.parse({ source, validFrom: START, prices }), "Sam Staff");
const openOf = async (model: string) =>
  (await listPriceProposals({ limit: 100 })).data.filter((one) => one.model === model);
const pricesOf = async (model: string) => (await listProviderPrices({ limit: 10, model })).data;

/** A model of the test's own that costs 2.50 and 10 a million tokens. */
async function knownModel(): Promise<string> {
  const model = `m-${crypto.randomUUID()}`;
  await addPrice({ ...line(model, "2.5"), parts: { input: "2.5", output: "10" } });
  return model;
}

describe("a list of provider prices", () => {
  it("becomes proposals: nothing is applied, the unchanged is counted, the unreadable told", async () => {
    const [same, moved] = [await knownModel(), await knownModel()];
    const before = await countAll("provider_prices");
    const brought = await bring("list a", [line(same, "2.50"), line(moved, "3"), { provider: "openai" }]);
    expect(brought).toMatchObject({ offered: 3, unchanged: 1, open: 1, refused: [{ name: "openai / ?" }] });
    expect(await countAll("provider_prices")).toBe(before);
    expect(await openOf(moved)).toMatchObject([
      {
        verdict: "inside",
        factor: "1.2",
        rates: [{ part: "input", old: "2.5", new: "3", percent: "20" }, { part: "output" }],
      },
    ]);
  });

  it("asks before it takes a price outside the band, and takes it once", async () => {
    const model = await knownModel();
    await bring("list b", [line(model, "2500")]);
    const [wild] = await openOf(model);
    expect(wild).toMatchObject({ verdict: "outside", factor: "1000" });
    const id = String(wild?.id);
    await expect(acceptPriceProposal({ id, confirm: false }, "Sam")).rejects.toMatchObject({
      code: "pricing.confirm_proposal",
    });
    expect(await pricesOf(model)).toHaveLength(1);
    await acceptPriceProposal({ id, confirm: true }, "Sam");
    expect((await pricesOf(model)).map((price) => [price.parts.input, price.source])).toEqual([
      ["2.5", "manual"],
      ["2500", "import"],
    ]);
    await expect(acceptPriceProposal({ id, confirm: true }, "Sam")).rejects.toMatchObject({
      code: "pricing.proposal_decided",
    });
  });

  it("accepts a list's quiet changes together, leaving the wild, the new and the disputed", async () => {
    const [quiet, wild, disputed, fresh] = [
      await knownModel(),
      await knownModel(),
      await knownModel(),
      "m-fresh",
    ];
    const list = await bring("list c", [
      line(quiet, "3"),
      line(wild, "25"),
      line(disputed, "3"),
      line(fresh, "1"),
    ]);
    await bring("list d", [line(disputed, "3.5")]);
    expect((await openOf(disputed)).map((one) => one.disputed)).toEqual([true, true]);
    const id = { importId: list.id, newModels: false };
    expect(await acceptInsideBand(id, "Sam")).toEqual({ accepted: 1, refused: [] });
    expect(await acceptInsideBand(id, "Sam")).toEqual({ accepted: 0, refused: [] });
    expect(await acceptInsideBand({ ...id, newModels: true }, "Sam")).toEqual({ accepted: 1, refused: [] });
    expect(await pricesOf(quiet)).toHaveLength(2);
    expect(await pricesOf(wild)).toHaveLength(1);
    expect(await pricesOf(fresh)).toHaveLength(1);
  });

  it("replaces what the same source proposed before, and keeps what was rejected", async () => {
    const model = await knownModel();
    await bring("list e", [line(model, "3")]);
    const [first] = await openOf(model);
    await bring("list e", [line(model, "2")]);
    const open = await openOf(model);
    expect(open.map((one) => one.price.parts.input)).toEqual(["2"]);
    await expect(rejectPriceProposal(String(first?.id), "Sam")).rejects.toMatchObject({ kind: "conflict" });
    expect(await rejectPriceProposal(String(open[0]?.id), "Sam")).toMatchObject({
      status: "rejected",
      decidedBy: "Sam",
    });
    expect(await openOf(model)).toEqual([]);
  });
});
