import { describe, expect, it } from "vitest";
import { planInput, planPatchInput } from "#domain/billing/plan.ts";
import { type PlanFormView, planFromForm, planValues } from "./plan-form.ts";

const plan: PlanFormView = {
  name: "Pro",
  code: "pro",
  currency: "USD",
  monthlyPrice: "299",
  yearlyPrice: null,
  interval: "month",
  intervalCount: 1,
  trialDays: 0,
  minimumCommitment: "0",
  included: { tokens: 5_000_000, credit: "20" },
  overage: {
    tokens: {
      model: "graduated",
      per: 1000,
      tiers: [
        { upTo: 10, price: "0.05", flatFee: "1" },
        { upTo: null, price: "0.03" },
      ],
    },
    sms: { model: "flat", per: 1, price: "0.08" },
  },
  limits: { messages: 100, seats: 3 },
};

describe("the form of a plan", () => {
  it("makes the plan again that it shows", () => {
    const made = planInput.parse(planFromForm(planValues(plan), null));
    const { yearlyPrice: _none, ...rest } = plan;
    expect(made).toMatchObject(rest);
  });

  it("says only what changed; a rate is told whole, an emptied field is taken away", () => {
    const before = planValues(plan);
    const changed = {
      overageTokensTiers: ["20 0.05", "rest 0.02"],
      includedCredit: null,
      limitsMessages: 200,
      overageSmsModel: null,
    };
    const patch = planPatchInput.parse(planFromForm(changed, before));
    expect(patch).toEqual({
      included: { credit: null },
      overage: {
        tokens: {
          model: "graduated",
          per: 1000,
          tiers: [
            { upTo: 20, price: "0.05" },
            { upTo: null, price: "0.02" },
          ],
        },
        sms: null,
      },
      limits: { messages: 200 },
    });
  });
});
