import { describe, expect, it } from "vitest";
import type { Json, Variables } from "#domain/core/json.ts";
import { buildRequest } from "./request-template.ts";

const bodyOf = (bodyTemplate: Json, inputs: Variables) => {
  const endpoint = {
    method: "POST",
    pathTemplate: "/orders.json",
    queryTemplate: {},
    headerTemplate: {},
    bodyTemplate,
  };
  const { body } = buildRequest("https://shop.test", endpoint, inputs);
  return body === null ? null : JSON.parse(body);
};

describe("the body of a connector's request", () => {
  const order = { order: { customer: { id: "{{ customer_id }}" }, line_items: "{{ line_items }}" } };
  const items = [{ variant_id: 7, quantity: 1 }];

  it("keeps the type of a value that stands alone", () => {
    expect(bodyOf(order, { customer_id: 42, line_items: items })).toEqual({
      order: { customer: { id: 42 }, line_items: items },
    });
  });

  it("leaves out what is not known, and an object that has nothing left", () => {
    expect(bodyOf(order, { customer_id: null, line_items: items })).toEqual({ order: { line_items: items } });
    expect(bodyOf(order, { line_items: items })).toEqual({ order: { line_items: items } });
    expect(bodyOf(order, {})).toEqual({});
  });

  it("keeps what is empty, false or nothing on purpose", () => {
    const template = {
      a: "{{ a }}",
      b: "{{ b }}",
      c: "{{ c }}",
      d: "Hello {{ nobody }}",
      e: null,
      f: {},
      g: [],
    };
    expect(bodyOf(template, { a: "", b: false, c: 0 })).toEqual({
      a: "",
      b: false,
      c: 0,
      d: "Hello ",
      e: null,
      f: {},
      g: [],
    });
  });

  it("keeps every place of a list", () => {
    expect(bodyOf({ list: ["{{ a }}", "{{ b }}"] }, { b: 2 })).toEqual({ list: [null, 2] });
  });
});
