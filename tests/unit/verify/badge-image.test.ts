import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { bake } from "../../../src/badges/baking.ts";
import { base64 } from "../../../src/kernel/bytes.ts";
import { verifyBadge } from "../../../src/verify/badge.ts";
import { makeChunk, makePng } from "../badges/png-files.ts";
import { badgeBody, bytes, jwtOf, now, openScene, proved } from "./badge-scene.ts";

const { knowledge } = openScene();
const verify = (badge: Uint8Array<ArrayBuffer> | string) => verifyBadge(badge, { now }, knowledge);
const reading = async (badge: Uint8Array<ArrayBuffer>) => {
  const report = await verify(badge);
  return { verdict: report.verdict, ...report.checks.find(({ name }) => name === "reading")! };
};

const svg = bytes('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>');
const baked = (credential: string | Awaited<ReturnType<typeof proved>>, type: "image/png" | "image/svg+xml") =>
  bake({ type, bytes: type === "image/png" ? makePng() : svg }, credential);
/** An iTXt chunk as Open Badges has it. */
const badgeChunk = (text: string) => makeChunk("iTXt", `openbadgecredential\0\0\0\0\0${text}`);

describe("an image", () => {
  test.each(["image/png", "image/svg+xml"] as const)("of type %s gives the badge that is baked in", async (type) => {
    for (const credential of [await jwtOf(badgeBody), await proved(badgeBody)])
      expect(await verify(baked(credential, type))).toMatchObject({ verdict: "valid", carrier: type });
  });

  test("is read in a data: URL too", async () => {
    const image = baked(await jwtOf(badgeBody), "image/png");
    expect(await verify(`data:image/png;base64,${base64(image)}`)).toMatchObject({ verdict: "valid" });
  });

  test("with two credentials is refused", async () => {
    const jwt = await jwtOf(badgeBody);
    const twice = makePng({ before: [badgeChunk(jwt)], after: [badgeChunk(jwt)] });
    expect(await reading(makePng({ before: [badgeChunk(jwt)] }))).toMatchObject({ outcome: "pass" });
    expect(await reading(twice)).toMatchObject({ verdict: "invalid", outcome: "fail", code: "INVALID_IMAGE" });
  });

  test("with nothing in it is refused", async () => {
    expect(await reading(makePng())).toMatchObject({ verdict: "invalid", code: "NOT_BAKED" });
    expect(await reading(svg)).toMatchObject({ verdict: "invalid", code: "NOT_BAKED" });
    expect(await reading(makePng({ before: [badgeChunk("neither")] }))).toMatchObject({ code: "INVALID_IMAGE" });
  });

  test("that is a bomb is refused before it is unpacked", async () => {
    const bomb = deflateSync(new Uint8Array(2 ** 26));
    const packed = makeChunk("iTXt", Buffer.concat([Buffer.from("openbadgecredential\0\u0001\0\0\0"), bomb]));
    expect(await reading(makePng({ before: [packed] }))).toMatchObject({ outcome: "fail", code: "INVALID_IMAGE" });
    const long = await reading(new Uint8Array([...makePng(), ...new Uint8Array(2 ** 21)]));
    expect(long).toMatchObject({ outcome: "fail", code: "INVALID_IMAGE" });
  });
});
