import { generateKeyPairSync } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { fromBase64url } from "../../../src/kernel/bytes.ts";
import { openP256Threads, type P256Threads } from "../../../src/kernel/p256-threads.ts";
import type { P256PrivateJwk } from "../../../src/kernel/primitives.ts";
import { p256Signer } from "../../../src/kernel/primitives-node.ts";

const opened: P256Threads[] = [];
const open = (count = 2) => {
  const threads = openP256Threads(count);
  opened.push(threads);
  return threads;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((threads) => threads.close()));
});

/** A key with its point, fresh for each test: threads keep keys by what they were told first. */
function makeKey() {
  const jwk = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }) as P256PrivateJwk;
  const point = Uint8Array.of(4, ...fromBase64url(jwk.x)!, ...fromBase64url(jwk.y)!);
  return { sign: p256Signer(jwk), point };
}

const messageOf = (i: number) => new TextEncoder().encode(`message ${i} ${"x".repeat(i % 300)}`);

describe("P-256 on other threads", () => {
  it("tells good signatures from bad ones, by many keys, in batches of any length", async () => {
    const threads = open();
    const keys = Array.from({ length: 40 }, makeKey);
    const checks = keys.map(({ point }) => threads.checkOf(point));
    for (const count of [1, 3, 4, 63, 64, 65, 500]) {
      const verdicts = Array.from({ length: count }, (_, i) => {
        const signature = keys[i % 40]!.sign(messageOf(i));
        if (i % 3 === 1) signature[i % 64]! ^= 1;
        // A good signature, and the key that did not make it.
        return checks[(i + (i % 3 === 2 ? 1 : 0)) % 40]!(messageOf(i), signature);
      });
      expect(await Promise.all(verdicts)).toEqual(Array.from({ length: count }, (_, i) => i % 3 === 0));
    }
  });

  it("gives the places of old keys to new ones, and is right about both", async () => {
    const threads = openP256Threads(2, 96);
    opened.push(threads);
    const keys = Array.from({ length: 150 }, makeKey);
    const checks = keys.map(({ point }) => threads.checkOf(point));
    for (const [from, to] of [
      [0, 90],
      [60, 150],
      [0, 150],
      [10, 20],
    ] as const) {
      const asked = keys.slice(from, to).map(({ sign }, i) => {
        const good = i % 5 !== 4;
        const place = from + i;
        // By the key that stands in its place in another round, too.
        return { good, answer: checks[good ? place : (place + 96) % 150]!(messageOf(i), sign(messageOf(i))) };
      });
      expect(await Promise.all(asked.map(({ answer }) => answer))).toEqual(asked.map(({ good }) => good));
    }
  });

  it("refuses a signature that is not 64 bytes long, with others or alone", async () => {
    const key = makeKey();
    const check = open().checkOf(key.point);
    const good = key.sign(messageOf(2));
    const bad = [Uint8Array.of(...good, 0), good.subarray(1), new Uint8Array(), new Uint8Array(72)];
    for (const each of bad) expect(await check(messageOf(2), each)).toBe(false);
    const mixed = bad.flatMap((each) => [good, each]);
    const verdicts = await Promise.all(mixed.map((each) => check(messageOf(2), each)));
    expect(verdicts).toEqual(mixed.map((each) => each === good));
  });

  it("does without threads where there are few checks", async () => {
    const key = makeKey();
    const check = open(0).checkOf(key.point);
    const message = messageOf(7);
    expect(await Promise.all([check(message, key.sign(message)), check(message, new Uint8Array(64))])).toEqual([
      true,
      false,
    ]);
  });

  it("fails what is asked by a point that is none, and goes on", async () => {
    const threads = open(1);
    const key = makeKey();
    const nowhere = threads.checkOf(Uint8Array.of(4, ...new Uint8Array(63), 7));
    const good = threads.checkOf(key.point);
    const signature = key.sign(messageOf(1));
    await expect(nowhere(messageOf(1), signature)).rejects.toThrow();
    const lost = await Promise.allSettled(Array.from({ length: 8 }, () => nowhere(messageOf(1), signature)));
    expect(lost.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => "rejected"));
    const verdicts = Array.from({ length: 8 }, () => good(messageOf(1), signature));
    expect(await Promise.all(verdicts)).toEqual(Array.from({ length: 8 }, () => true));
  });

  it("checks here what is asked after it was closed", async () => {
    const threads = open(1);
    const key = makeKey();
    const check = threads.checkOf(key.point);
    const signature = key.sign(messageOf(1));
    await threads.close();
    const verdicts = Array.from({ length: 8 }, (_, i) => check(messageOf(i % 2), signature));
    expect(await Promise.all(verdicts)).toEqual(Array.from({ length: 8 }, (_, i) => i % 2 === 1));
  });

  it("fails what a closed thread had not answered", async () => {
    const threads = open(1);
    const key = makeKey();
    const check = threads.checkOf(key.point);
    const signature = key.sign(messageOf(1));
    const verdicts = Promise.allSettled(Array.from({ length: 640 }, () => check(messageOf(1), signature)));
    await threads.close();
    const settled = await verdicts;
    expect(settled).toHaveLength(640);
    expect(settled.some(({ status }) => status === "rejected")).toBe(true);
    expect(settled.every((each) => each.status === "rejected" || each.value === true)).toBe(true);
  });
});
