import { describe, expect, test } from "vitest";
import { joinBundles } from "../../../src/operations/bundle-joining.ts";

const kind = "renown/reputation";
const entryOf = (document: string, seq: number) => ({ document, seq, digest: `digest ${document} ${seq}` });
const concealedAt = (seq: number) => ({ seq, digest: `digest ${seq}`, concealed: true });

function bundleOf(document: string, logs: object[], more: object = {}): object {
  const service = { operationKeys: [] };
  return { format: "renown-bundle-1", realm: "main", document, asOf: { seq: 9, time: "" }, service, logs, ...more };
}

describe("bundles that are put together", () => {
  const leftOut = [{ document: "x", kind, entries: 2, why: "long" }];
  const main = bundleOf("s", [{ document: "s", kind, entries: [entryOf("s", 1)] }], { leftOut });
  const bringing = (...entries: object[]) => joinBundles([main, bundleOf("x", [{ document: "x", kind, entries }])]);

  test("lack a log no more that another brings", () => {
    expect(bringing(entryOf("x", 2), entryOf("x", 3))).not.toHaveProperty("leftOut");
  });

  test.each<[string, object[]]>([
    ["entries of another document", [entryOf("s", 1), entryOf("s", 4)]],
    ["concealed places", [concealedAt(2), concealedAt(3)]],
    ["one entry too few", [entryOf("x", 2)]],
  ])("lack it still where the other brings %s", (_, entries) => {
    expect(bringing(...entries)).toMatchObject({ leftOut });
  });

  test("name the keys that the first of them names, and not another's", () => {
    const other = bundleOf("x", [], { service: { operationKeys: ["did:key:zDnOther"] } });
    expect(joinBundles([main, other])).toMatchObject({ service: { operationKeys: [] } });
  });
});
