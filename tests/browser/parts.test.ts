import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { markCells, markOf, planMark } from "../../src/http/pages/mark.ts";
import { dayWords } from "../../src/http/pages/moment.ts";
import { agentWords } from "../../src/http/pages/people/agent-words.ts";
import { readAsked, readConsentRequest } from "../../src/http/pages/people/consent.ts";
import { limitsWords } from "../../src/http/pages/people/may-words.ts";
import { parseReturnAddress } from "../../src/http/pages/people/return-address.ts";
import { chainName, fill, texts } from "../../src/http/pages/texts.ts";
import { Failure, sentences } from "../../src/kernel/failure.ts";
import { appKey, start } from "../harness.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
  return "taken";
}

describe("a return address", () => {
  test("is https, http on this machine, or of a registered scheme, whatever is tried", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.webUrl().map((url) => url.replace("http", "javascript")),
        ),
        (text) => {
          let url: string | undefined;
          try {
            url = parseReturnAddress(text, undefined, ["phd"]).url;
          } catch (error) {
            expect(error).toMatchObject({ code: "RETURN_ADDRESS" });
            return;
          }
          expect(url).toMatch(/^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]|phd:)/);
        },
      ),
    );
  });

  test.each([
    ["https://app.example/a?b#c", "https://app.example"],
    ["http://localhost:5173/", "http://localhost:5173"],
    ["HTTPS://App.Example", "https://app.example"],
    ["https://bücher.example/", "https://xn--bcher-kva.example"],
  ])("tells the site of %s, spelt so that none can be taken for another", (url, site) => {
    expect(parseReturnAddress(url, undefined, []).site).toBe(site);
  });

  test.each([
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "https://a:b@app.example",
    "phd://x",
    "",
    "//x",
  ])("is not %s", (url) => expect(codeOf(() => parseReturnAddress(url, undefined, []))).toBe("RETURN_ADDRESS"));

  test("may be a scheme alone, with or without its colon, if it is registered", () => {
    for (const scheme of ["phd", "PHD", "phd:", "phd://"])
      expect(parseReturnAddress(undefined, scheme, ["phd"]).deepLink).toBe("phd");
    for (const scheme of ["javascript", "https", "phd:x", "phd://x"])
      expect(codeOf(() => parseReturnAddress(undefined, scheme, ["phd"]))).toBe("RETURN_ADDRESS");
  });
});

describe("what an app asks for", () => {
  const read = (query: string) => readConsentRequest(new URLSearchParams(query), []);

  test("is its key, the chain, and its limits in one parameter or several", () => {
    const key = encodeURIComponent(appKey.did);
    expect(read(`connect=${key}`)).toMatchObject({ app: appKey.did, chainId: 1, asked: undefined });
    expect(read(`app=${key}&network=eip155&chain=10&may=none`)).toMatchObject({ chainId: 10, asked: [] });
    const several = [{ kind: "a/b" }, { kind: "c/d", action: "E" }];
    for (const may of ["may=a/b,c/d:E", "may=a/b&may=c/d:E", "may=a/b%20renown:may:c/d:E", "may=a/b,a/b,c/d:E"])
      expect(read(`app=${key}&${may}`).asked).toEqual(several);
  });

  test.each([
    ["", "INVALID_DID"],
    ["app=did:web:app.example", "INVALID_DID"],
    [`app=${appKey.did}&chain=0`, "WRONG_CHAIN"],
    [`app=${appKey.did}&chain=99999999999`, "WRONG_CHAIN"],
    [`app=${appKey.did}&chain=1e3`, "WRONG_CHAIN"],
    [`app=${appKey.did}&network=solana`, "WRONG_CHAIN"],
    [`app=${appKey.did}&may=everything`, "INVALID_REQUEST"],
    [`app=${appKey.did}&may=a/b:lower`, "INVALID_REQUEST"],
    [`app=${appKey.did}&returnUrl=ftp://x`, "RETURN_ADDRESS"],
  ])("is refused where it cannot be meant: %s", (query, code) => {
    expect(codeOf(() => read(query))).toBe(code);
  });

  test("names at most 64 limits", () => {
    const many = Array.from({ length: 65 }, (_, i) => `a/b${i}`);
    expect(codeOf(() => readAsked(many))).toBe("INVALID_REQUEST");
    expect(readAsked(many.slice(1))).toHaveLength(64);
  });
});

describe("words", () => {
  test("of refusals are for codes that exist", () => {
    const { titles, advice, link } = texts.refusal;
    const named = [titles, advice, link.titles, texts.problem.ways].flatMap((table) => Object.keys(table));
    expect(named.filter((code) => !Object.hasOwn(sentences, code))).toEqual([]);
  });

  test("are calm", () => {
    expect(JSON.stringify(texts)).not.toMatch(/!|please|oops/i);
  });

  test("are filled in once, and only where something is given", () => {
    expect(fill("{a} and {b} and {toString}", { a: "{b}", b: 2 })).toBe("{b} and 2 and {toString}");
    expect(chainName(1)).toBe("Ethereum");
    expect(chainName(424_242)).toBe("chain 424242");
  });

  test("of limits say what a key may do, also where nobody has heard of the kind", () => {
    expect(limitsWords(null)).toEqual([texts.may.unsaid]);
    expect(limitsWords(["none"])).toEqual([texts.may.none]);
    expect(limitsWords(["powerhouse/renown-user:SET_USERNAME", "acme/x", "acme/x:DO"])).toEqual([
      "Change your name",
      "Sign everything in documents of the kind acme/x",
      "Sign DO in documents of the kind acme/x",
    ]);
  });

  test("of days are those of the calendar", () => {
    expect(dayWords(start)).toBe("Friday, 20 November 2026");
    expect(dayWords(Date.parse("2028-02-29T23:59:59.999Z"))).toBe("Tuesday, 29 February 2028");
  });

  test.each([
    [
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0 Safari/537.36",
      "Chrome on Linux",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/153.0 Safari/537.36 Edg/153.0",
      "Edge on Windows",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Safari/604.1",
      "Safari on iPhone",
    ],
    ["curl/8.5.0", "curl"],
    ["", "A program"],
  ])("of a user agent are what a person recognises: %s", (agent, words) => {
    expect(agentWords(agent)).toBe(words);
  });
});

describe("a mark", () => {
  test("is the same for the same subject, mirrors itself, and differs between subjects", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const did = `did:pkh:eip155:1:0x${i.toString(16).padStart(40, "0")}`;
      const { rows } = planMark(did);
      expect(planMark(did)).toEqual(planMark(did));
      const turned = { left: "right", right: "left", seed: "seed", "": "" } as const;
      for (const row of rows) {
        expect(row).toHaveLength(markCells);
        expect(row.toReversed().map((cell) => turned[cell])).toEqual(row);
      }
      seen.add(String(markOf(did)));
    }
    expect(seen.size).toBe(200);
  });
});
