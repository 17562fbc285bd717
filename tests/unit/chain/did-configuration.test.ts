import { expect, test } from "vitest";
import { wellKnownReader } from "../../../src/chain/did-configuration.ts";
import { Failure } from "../../../src/kernel/failure.ts";

const answering = (status: number) =>
  wellKnownReader(async (url) => {
    expect(url).toBe("https://example.edu/.well-known/did-configuration.json");
    return { status, contentType: "text/html", body: "body" };
  })("example.edu", "did-configuration.json");

test("a file of a domain is what it answers with", async () => {
  expect(await answering(200)).toBe("body");
});

test("there is no file where it answers otherwise, redirects with them", async () => {
  for (const status of [204, 301, 307, 401, 403, 404, 410]) expect(await answering(status)).toBeUndefined();
});

test("a domain in trouble says neither yes nor no", async () => {
  for (const status of [429, 500, 503])
    await expect(answering(status)).rejects.toMatchObject({ code: "DID_UNREACHABLE" });
  const refusing = wellKnownReader(async () => Promise.reject(new Failure("DID_UNREACHABLE", "not public")));
  await expect(refusing("example.edu", "renown-organization.txt")).rejects.toMatchObject({ code: "DID_UNREACHABLE" });
});
