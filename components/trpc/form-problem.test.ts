import { expect, it } from "vitest";
import { z } from "zod";
import { formProblem, valid } from "./form-problem.ts";

const schema = z.strictObject({
  name: z.string().min(1),
  owner: z.strictObject({ email: z.email(), password: z.string().min(10) }),
  slug: z.string().regex(/^[a-z]+$/, "small letters only"),
});

it("says at each field what is wrong, in words for people", () => {
  try {
    valid(schema, { name: "", owner: { email: "x", password: "short" }, slug: "A" });
    expect.unreachable();
  } catch (error) {
    expect(formProblem(error).fields).toEqual([
      { path: "name", message: "This cannot be empty." },
      { path: "owner.email", message: "This is no e-mail address." },
      { path: "owner.password", message: "At least 10 characters." },
      { path: "slug", message: "Small letters only." },
    ]);
  }
});

it("hands on what fits, as it was given", () => {
  const given = { name: "n", owner: { email: "a@b.example", password: "long enough" }, slug: "s" };
  expect(valid(schema, given)).toBe(given);
});
