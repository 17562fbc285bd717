import fc from "fast-check";
import { expect, test } from "vitest";
import { prepareFlow, spread } from "../../../src/reputation/spread.ts";

const held = fc.bigInt({ min: 1n, max: 2n ** 48n });

/** What node 0 hands to two others. */
function handed(trust: bigint, weights: readonly [bigint, bigint], wide: boolean): bigint[] {
  const weight = wide ? [...weights] : Float64Array.from(weights, Number);
  const flow = prepareFlow({ start: Int32Array.of(0, 2, 2, 2), target: Int32Array.of(1, 2), weight });
  const into = new Float64Array(3);
  spread(flow, Float64Array.of(Number(trust), 0, 0), into);
  return Array.from(into.subarray(1), BigInt);
}

function expectFloors(trust: bigint, weights: readonly [bigint, bigint]): void {
  const sum = weights[0] + weights[1];
  const floors = weights.map((weight) => (trust * weight) / sum);
  expect(handed(trust, weights, true)).toEqual(floors);
  if (sum < 2n ** 53n) expect(handed(trust, weights, false)).toEqual(floors);
}

test("spreading floors exactly, whatever the weights", () => {
  const weight = fc.oneof(fc.bigInt({ min: 1n, max: 2n ** 52n - 1n }), fc.bigInt({ min: 1n, max: 100n }));
  fc.assert(fc.property(held, weight, weight, (trust, a, b) => expectFloors(trust, [a, b])));
});

test("spreading floors exactly next to whole numbers, where a rounded product cannot tell", () => {
  const sums = fc.oneof(fc.bigInt({ min: 2n, max: 2n ** 53n - 1n }), fc.bigInt({ min: 2n, max: 2n ** 20n }));
  fc.assert(
    fc.property(held, sums, fc.bigInt({ min: -2n, max: 2n }), (trust, sum, off) => {
      // A weight with trust·weight ≡ off (mod sum), where there is one.
      const inverse = inverseOf(trust % sum, sum);
      const weight = inverse === undefined ? 0n : (((off * inverse) % sum) + sum) % sum;
      fc.pre(weight > 0n && weight < sum);
      expectFloors(trust, [weight, sum - weight]);
    }),
    { numRuns: 1000 },
  );
});

test("spreading uses bigints where a sum passes 2⁵³", () => {
  const weight = fc.bigInt({ min: 1n, max: 2n ** 90n });
  fc.assert(fc.property(held, weight, weight, (trust, a, b) => expectFloors(trust, [a, b])));
});

test("spreading tells what is held by whoever hands nothing on", () => {
  const flow = prepareFlow({ start: Int32Array.of(0, 1, 1), target: Int32Array.of(1), weight: Float64Array.of(5) });
  const into = new Float64Array(2);
  expect(spread(flow, Float64Array.of(3, 4), into)).toBe(4);
  expect([...into]).toEqual([0, 3]);
});

function inverseOf(a: bigint, modulus: bigint): bigint | undefined {
  let [r, next, x, nextX] = [modulus, a, 0n, 1n];
  while (next > 0n) [r, next, x, nextX] = [next, r % next, nextX, x - (r / next) * nextX];
  return r === 1n ? x : undefined;
}
