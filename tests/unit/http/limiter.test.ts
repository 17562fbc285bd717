import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLimiter } from "../../../src/http/limiter.ts";

const terms = { burst: 60, window: 10_000 };

describe("the limiter", () => {
  test("lets a burst through and says how long the next has to wait", () => {
    const limiter = createLimiter(terms);
    for (let i = 0; i < 60; i++) expect(limiter.take("a", 1, 1_000)).toBe(0);
    expect(limiter.take("a", 1, 1_000)).toBe(167);
  });

  test("gives the allowance back evenly", () => {
    const limiter = createLimiter(terms);
    limiter.take("a", 60, 0);
    expect(limiter.take("a", 1, 166)).toBeGreaterThan(0);
    expect(limiter.take("a", 1, 167)).toBe(0);
    expect(limiter.take("a", 60, 10_167)).toBe(0);
  });

  test("counts each key by itself", () => {
    const limiter = createLimiter(terms);
    limiter.take("a", 60, 0);
    expect(limiter.take("b", 1, 0)).toBe(0);
  });

  test("takes nothing where the allowance does not suffice", () => {
    const limiter = createLimiter(terms);
    limiter.take("a", 50, 0);
    expect(limiter.take("a", 20, 0)).toBeGreaterThan(0);
    expect(limiter.take("a", 10, 0)).toBe(0);
  });

  test("asks without taking", () => {
    const limiter = createLimiter({ burst: 1, window: 1_000 });
    expect(limiter.ask("a", 0)).toBe(0);
    expect(limiter.take("a", 1, 0)).toBe(0);
    expect(limiter.ask("a", 0)).toBe(1_000);
  });

  test("lets a cost above the burst through once all is there", () => {
    const limiter = createLimiter(terms);
    expect(limiter.take("a", 1_000, 0)).toBe(0);
    expect(limiter.take("a", 1, 0)).toBeGreaterThan(0);
  });

  test("gains nothing by a clock that goes back", () => {
    const limiter = createLimiter({ burst: 1, window: 1_000 });
    limiter.take("a", 1, 5_000);
    expect(limiter.take("a", 1, 0)).toBeGreaterThan(0);
  });

  test("forgets the key unused for longest and remembers the others", () => {
    const limiter = createLimiter({ burst: 1, window: 1_000 }, 2);
    limiter.take("a", 1, 0);
    limiter.take("b", 1, 0);
    limiter.take("c", 1, 0);
    expect(limiter.ask("a", 0)).toBe(0);
    expect(limiter.ask("b", 0)).toBeGreaterThan(0);
    expect(limiter.ask("c", 0)).toBeGreaterThan(0);
  });

  test("never lets more through than the burst and what came back", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 5 })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (taken) => {
        const limiter = createLimiter({ burst: 10, window: 1_000 });
        let now = 0;
        let passed = 0;
        for (const [wait, cost] of taken) {
          now += wait;
          if (limiter.take("a", cost, now) === 0) passed += cost;
        }
        expect(passed).toBeLessThanOrEqual(10 + now / 100 + 1e-6);
      }),
    );
  });
});
