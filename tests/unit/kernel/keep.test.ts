import { describe, expect, test } from "vitest";
import { keepLatest } from "../../../src/kernel/keep.ts";

describe("keepLatest", () => {
  const numbers = (most: number) => keepLatest<number>(most, (size) => size);

  test("gives what was set last under a name, and undefined for what never was", () => {
    const kept = numbers(10);
    kept.set("a", 1);
    kept.set("a", 2);
    expect(kept.get("a")).toBe(2);
    expect(kept.get("b")).toBeUndefined();
  });

  test("drops those that were set first where all together are too large", () => {
    const kept = numbers(10);
    kept.set("a", 4);
    kept.set("b", 4);
    kept.set("a", 5);
    kept.set("c", 4);
    expect(["a", "b", "c"].map(kept.get)).toEqual([5, undefined, 4]);
  });

  test("keeps nothing that is too large by itself", () => {
    const kept = numbers(10);
    kept.set("a", 4);
    kept.set("b", 11);
    kept.set("c", 10);
    expect(["a", "b", "c"].map(kept.get)).toEqual([undefined, undefined, 10]);
  });
});
