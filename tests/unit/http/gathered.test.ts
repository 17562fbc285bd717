import fc from "fast-check";
import { expect, test } from "vitest";
import { Gathered } from "../../../src/http/gathered.ts";

test("parts are gathered in the order in which they come, however small they are, again and again", () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 4 }), (rounds) => {
      const gathered = new Gathered();
      for (const round of rounds) {
        const whole = round.flatMap((part) => [...part]);
        for (const part of round) gathered.add(part);
        expect(gathered.size).toBe(whole.length);
        expect([...gathered.take()]).toEqual(whole);
        expect(gathered.size).toBe(0);
      }
    }),
  );
});

test("what is added is copied, so a part may be written over", () => {
  const gathered = new Gathered();
  const part = Uint8Array.of(1, 2, 3);
  gathered.add(part);
  part.fill(9);
  gathered.add(part.subarray(1));
  expect([...gathered.take()]).toEqual([1, 2, 3, 9, 9]);
});
