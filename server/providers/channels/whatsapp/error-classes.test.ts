import { describe, expect, it } from "vitest";
import { classifyWhatsappError, type WhatsappError } from "./error-classes.ts";

const classOf = (error: Partial<WhatsappError>) => {
  const { retryable, uncertain, channelRefused } = classifyWhatsappError({
    code: null,
    httpStatus: 400,
    message: null,
    transient: false,
    ...error,
  });
  return [retryable && "retry", uncertain && "uncertain", channelRefused && "channel"]
    .filter(Boolean)
    .join(" ");
};

const MOMENTARY = [2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 133004];
const REFUSES_CHANNEL = [0, 3, 10, 33, 190, 200, 230, 299, 368, 131005, 131031];
const REFUSES_MESSAGE = [
  100, 130472, 130497, 131008, 131009, 131021, 131026, 131042, 131045, 131047, 131048, 131049, 131050, 131051,
  131052, 131053, 132000, 132001, 132005, 132007, 132012, 132015, 132016,
];

describe("what an error of the Cloud API means", () => {
  it.each([400, 401, 403, 429, 500, 503])(
    "is read off the code where that is known, also with HTTP %i",
    (httpStatus) => {
      for (const code of MOMENTARY) expect([code, classOf({ code, httpStatus })]).toEqual([code, "retry"]);
      for (const code of REFUSES_CHANNEL)
        expect([code, classOf({ code, httpStatus })]).toEqual([code, "channel"]);
      for (const code of REFUSES_MESSAGE) expect([code, classOf({ code, httpStatus })]).toEqual([code, ""]);
    },
  );

  it.each([
    [400, ""],
    [404, ""],
    [408, "retry"],
    [429, "retry"],
    [500, "retry"],
    [502, "retry"],
    [503, "retry"],
    [504, "retry"],
  ])("is judged by the HTTP status where the code is unknown: %i gives %j", (httpStatus, expected) => {
    expect(classOf({ code: 987654, httpStatus })).toBe(expected);
    expect(classOf({ code: 1, httpStatus })).toBe(expected);
  });

  it("is worth another try where Graph calls it transient, unless the code says it never heals", () => {
    expect(classOf({ code: 987654, transient: true })).toBe("retry");
    expect(classOf({ code: 190, transient: true })).toBe("channel");
    expect(classOf({ code: 131047, transient: true })).toBe("");
  });

  it.each([
    [200, "uncertain"],
    [400, ""],
    [401, "channel"],
    [403, "channel"],
    [404, ""],
    [408, "retry"],
    [429, "retry"],
    [500, "retry uncertain"],
    [502, "retry uncertain"],
    [503, "retry uncertain"],
    [504, "retry uncertain"],
  ])("without Graph's own error: HTTP %i gives %j", (httpStatus, expected) => {
    expect(classOf({ httpStatus })).toBe(expected);
  });

  it("says in plain words what to do, else what Graph said, else the bare error", () => {
    const reason = (error: Partial<WhatsappError>) =>
      classifyWhatsappError({ code: null, httpStatus: 400, message: null, transient: false, ...error })
        .reason;
    expect(reason({ code: 190, message: "Session has expired" })).toMatch(/Enter a new one/);
    expect(reason({ code: 230, message: "Requires a permission" })).toMatch(/may not send/);
    expect(reason({ code: 987654, message: "Something new" })).toBe("Something new");
    expect(reason({ code: 987654 })).toBe("WhatsApp answered with error 987654.");
    expect(reason({ httpStatus: 502 })).toBe("WhatsApp answered with error HTTP 502.");
  });
});
