import fc from "fast-check";
import { encode } from "uqr";
import { describe, expect, test } from "vitest";
import { maxQrBytes, qrPath } from "../../../src/badges/qr.ts";

describe("a QR code", () => {
  test("has a dark module exactly where the path draws one", () => {
    fc.assert(
      fc.property(fc.webUrl(), (url) => {
        const { size, path } = qrPath(url);
        const { data } = encode(url, { ecc: "M", border: 0 });
        expect(size).toBe(data.length + 8);
        expect(drawn(path, size)).toEqual(framed(data, size));
      }),
    );
  });

  test("has its three finders and four modules of white around", () => {
    const { size, path } = qrPath("https://renown.example/b/1");
    const modules = drawn(path, size);
    const finder = ["#######", "#     #", "# ### #", "# ### #", "# ### #", "#     #", "#######"];
    for (const [x, y] of [
      [4, 4],
      [size - 11, 4],
      [4, size - 11],
    ] as const) {
      const found = modules.slice(y, y + 7).map((row) =>
        row
          .slice(x, x + 7)
          .map((dark) => (dark ? "#" : " "))
          .join(""),
      );
      expect(found).toEqual(finder);
    }
    expect(modules.slice(0, 4).flat()).not.toContain(true);
    expect(modules.flatMap((row) => row.slice(-4))).not.toContain(true);
  });

  test("takes texts up to a bound, counted in bytes", () => {
    expect(qrPath("é".repeat(maxQrBytes / 2)).size).toBeGreaterThan(21);
    const refusal = expect.objectContaining({ code: "TOO_LARGE", detail: "A QR code takes at most 500 bytes." });
    expect(() => qrPath(`${"é".repeat(maxQrBytes / 2)}a`)).toThrow(refusal);
  });
});

/** The modules that a path of rectangles covers; none twice. */
function drawn(path: string, size: number): boolean[][] {
  const modules = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  const rest = path.replace(/M(\d+) (\d+)h(\d+)v1H(\d+)z/g, (_, x: string, y: string, run: string, back: string) => {
    expect(back).toBe(x);
    for (let i = Number(x); i < Number(x) + Number(run); i++) {
      expect(modules[Number(y)]![i]).toBe(false);
      modules[Number(y)]![i] = true;
    }
    return "";
  });
  expect(rest).toBe("");
  return modules;
}

function framed(data: readonly boolean[][], size: number): boolean[][] {
  return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => data[y - 4]?.[x - 4] ?? false));
}
