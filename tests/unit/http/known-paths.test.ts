import { TrieRouter } from "hono/router/trie-router";
import { describe, expect, it } from "vitest";
import { knownPaths } from "../../../src/http/known-paths.ts";

describe("knownPaths", () => {
  const routes = [
    ["GET", "/v1/things/:id"],
    ["GET", "/v1/things/all"],
    ["POST", "/v1/things/:id/parts/:part"],
    ["GET", "/api/*"],
  ] as const;
  const filled = <R extends { add(method: string, path: string, handler: string): void }>(router: R): R => {
    for (const [method, path] of routes) router.add(method, path, `${method} ${path}`);
    return router;
  };
  const asked = [
    ["GET", "/v1/things/1"],
    ["GET", "/v1/things/2"],
    ["POST", "/v1/things/1"],
    ["GET", "/v1/things/all"],
    ["POST", "/v1/things/1/parts/a%2Fb"],
    ["GET", "/api/x/y"],
    ["GET", `/v1/things/${"x".repeat(400)}`],
    ["GET", "/nothing"],
  ] as const;

  it("finds what the routes say, the first time and each time again", () => {
    const [known, plain] = [filled(knownPaths<string>()), filled(new TrieRouter<string>())];
    for (let round = 0; round < 3; round++)
      for (const [method, path] of asked) expect(known.match(method, path)).toEqual(plain.match(method, path));
  });

  it("finds a route that is added later", () => {
    const known = filled(knownPaths<string>());
    expect(known.match("GET", "/v1/things/1")[0]).toHaveLength(1);
    known.add("GET", "/v1/things/1", "later");
    expect(known.match("GET", "/v1/things/1")[0]).toHaveLength(2);
  });

  it("goes on finding behind more paths than it remembers", () => {
    const known = filled(knownPaths<string>());
    for (let i = 0; i < 3000; i++) expect(known.match("GET", `/v1/things/${i}`)[0][0]?.[1]).toEqual({ id: String(i) });
  });
});
