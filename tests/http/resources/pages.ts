import { beforeAll, describe, expect, test } from "vitest";
import { type Code, sentences } from "../../../src/kernel/failure.ts";
import { expectProblem, get } from "../client.ts";
import type { Service } from "../server.ts";

export function pageContract(open: () => Promise<Service>): void {
  let service: Service;
  beforeAll(async () => {
    service = await open();
  });

  describe("health", () => {
    test("says that the process lives and that it can serve", async () => {
      expect((await get(service, "/health/live")).body).toEqual({ status: "live" });
      const ready = await get(service, "/health/ready");
      expect(ready.status).toBe(200);
      expect(ready.body).toEqual({ status: "ready" });
    });
  });

  describe("the pages", () => {
    const pages = ["/", "/docs", "/docs/sign-in", "/problems/HEAD_MOVED", "/verify", "/me", "/device"];
    test.each(pages)("load nothing but what is ours, and run nothing inline: %s", async (path) => {
      const { status, headers, text } = await get(service, path);
      expect(status).toBe(200);
      expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
      const policy = headers.get("content-security-policy")!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(text).not.toMatch(/<script(?! type="module" src="\/assets\/)|<style|style=|onclick/);
      const loaded = [...text.matchAll(/<(?:link|script|img) [^>]*(?:href|src)="([^"]+)"/g)].map((match) => match[1]!);
      expect(loaded.length).toBeGreaterThan(2);
      for (const each of loaded) {
        expect(each).toMatch(/^\/(assets\/[\w-]{12}\/[\w.-]+|favicon\.svg)$/);
        expect((await get(service, each)).status, each).toBe(200);
      }
    });

    test("explain every code", async () => {
      for (const [code, sentence] of Object.entries(sentences) as [Code, string][]) {
        const { status, text } = await get(service, `/problems/${code}`);
        expect(status).toBe(200);
        expect(text).toContain(code);
        expect(text).toContain(sentence.split("'")[0]!.slice(0, 20));
      }
      expectProblem(await get(service, "/problems/toString"), "NOT_FOUND", 404);
    });

    test("say what to do about a refusal that programs often meet", async () => {
      for (const [code, way] of [
        ["INVALID_TOKEN", "POST /oauth/token"],
        ["NOT_DELEGATED", "POST /v1/delegations"],
        ["INVALID_REQUEST", "names the member or parameter"],
      ])
        expect((await get(service, `/problems/${code}`)).text).toContain(way);
    });

    test("tell whoever came by the link of an app something else than whoever mistyped an address", async () => {
      const html = { headers: { accept: "text/html" } };
      const mistyped = await get(service, "/subjects/foo", html);
      expect(mistyped.status).toBe(400);
      expect(mistyped.text).toContain("This is no DID that can be read");
      for (const path of ["/?app=foo", `/console?session=${crypto.randomUUID()}&connect=foo`])
        expect((await get(service, path, html)).text).toContain("link names no key that can be read");
    });

    test("show every route of the document", async () => {
      const { text } = await get(service, "/docs");
      const { body } = await get(service, "/openapi.json");
      for (const path of Object.keys(body.paths)) expect(text).toContain(`<code>${path}</code>`);
      const parts = new Set([...text.matchAll(/href="(\/docs\/[\w-]+)/g)].map((match) => match[1]!));
      expect(parts.size).toBe(body.tags.length + 2);
      for (const part of parts) expect((await get(service, part)).status, part).toBe(200);
      expectProblem(await get(service, "/docs/nothing"), "NOT_FOUND", 404);
    });

    test("have styles, scripts and fonts that are kept for ever, and others after a change", async () => {
      const { text } = await get(service, "/");
      const style = /href="(\/assets\/[^"]+\.css)"/.exec(text)![1]!;
      const packed = await get(service, style, { headers: { "accept-encoding": "gzip" } });
      expect(packed.headers.get("content-encoding")).toBe("gzip");
      const kept = await get(service, style, { headers: { "accept-encoding": "identity" } });
      expect(kept.headers.get("content-encoding")).toBeNull();
      expect(kept.headers.get("content-type")).toBe("text/css; charset=utf-8");
      expect(kept.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(kept.text).toContain("Figtree");
      const older = await get(service, style.replace(/[\w-]{12}/, "AAAAAAAAAAAA"));
      expect(older.headers.get("cache-control")).toBe("no-store");
      expectProblem(await get(service, "/assets/AAAAAAAAAAAA/toString"), "NOT_FOUND", 404);
    });
  });
}
