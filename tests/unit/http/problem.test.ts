import { describe, expect, test } from "vitest";
import { Busy, failureOf, problemReply, statuses, WrongMethod } from "../../../src/http/problem.ts";
import { type Code, Failure, sentences } from "../../../src/kernel/failure.ts";

const origin = "https://renown.example";
const tell = (failure: Failure) => problemReply(failure, origin, "request-1");

describe("a problem", () => {
  test.each(Object.keys(sentences) as Code[])("of %s has its sentence, its status and the request id", (code) => {
    const { status, headers, body } = tell(new Failure(code, "More."));
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(status).toBe(statuses[code]);
    expect(status >= 400 && status < 600).toBe(true);
    expect(JSON.parse(body as string)).toEqual({
      type: `${origin}/problems/${code}`,
      title: sentences[code],
      status,
      detail: "More.",
      code,
      requestId: "request-1",
    });
  });

  test("leaves the detail out where there is none", () => {
    expect(JSON.parse(tell(new Failure("NOT_FOUND")).body as string)).not.toHaveProperty("detail");
  });

  test("says nothing of what is no refusal", () => {
    const { status, body } = tell(failureOf(new Error("SELECT secret FROM keys")));
    expect(status).toBe(500);
    expect(body).not.toContain("SELECT");
    expect(JSON.parse(body as string).code).toBe("INTERNAL");
  });

  test("of a 401 names the scheme, and an error only where there was a token", () => {
    expect(tell(new Failure("UNAUTHENTICATED")).headers["www-authenticate"]).toBe('Bearer realm="renown"');
    const spoilt = tell(new Failure("INVALID_TOKEN")).headers["www-authenticate"];
    expect(spoilt).toBe('Bearer realm="renown", error="invalid_token"');
  });

  test("that passes with time says when, in whole seconds", () => {
    expect(tell(new Busy(1_200)).headers["retry-after"]).toBe("2");
    expect(tell(new Busy(1)).headers["retry-after"]).toBe("1");
    expect(tell(new Failure("UNAVAILABLE")).headers["retry-after"]).toBe("5");
  });

  test("of a wrong method names the right ones", () => {
    expect(tell(new WrongMethod("OPTIONS, GET, HEAD")).headers.allow).toBe("OPTIONS, GET, HEAD");
  });
});
