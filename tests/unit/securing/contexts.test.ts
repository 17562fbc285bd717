import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { contextOf } from "../../../src/securing/contexts.ts";
import { contextsText } from "../../../tools/make-contexts.ts";

describe("the contexts", () => {
  test("are those of the packages that are installed", async () => {
    expect(readFileSync("src/securing/contexts.json", "utf8")).toBe(await contextsText());
  });

  test.each([
    "https://www.w3.org/ns/credentials/v2",
    "https://www.w3.org/2018/credentials/v1",
    "https://www.w3.org/ns/credentials/examples/v2",
    "https://w3id.org/security/data-integrity/v2",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
    "https://w3id.org/security/suites/ed25519-2020/v1",
    "https://www.w3.org/ns/credentials/status/v1",
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
  ])("know %s", (url) => {
    expect(contextOf(url)).toHaveProperty("@context");
  });

  test.each(["https://example.edu/context", "toString", "__proto__", ""])("do not know %j", (url) => {
    expect(contextOf(url)).toBeUndefined();
  });

  test.each([
    ["jwk-v1.jsonld", "0f14b62f6071aafe00df265770ea0c7508e118247d79b7d861a406d2aa00bece"],
    ["multikey-v1.jsonld", "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597"],
    ["credentials-examples-v2.jsonld", "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c"],
  ])("take %s byte by byte as W3C publishes it", (file, digest) => {
    expect(
      createHash("sha256")
        .update(readFileSync(`tools/contexts/${file}`))
        .digest("hex"),
    ).toBe(digest);
  });
});
