import { describe, expect, test } from "vitest";
import type { Role } from "../../../src/organizations/inputs.ts";
import { type MembershipRecord, membershipsOf } from "../../../src/organizations/my-organizations.ts";
import { alice, userOf } from "../../harness.ts";

const user = userOf(alice);

function record(slug: string, role: Role, chainId = 1): MembershipRecord {
  const place = { document: `r1${slug}`, slug, name: slug.toUpperCase(), operation: `o-${slug}-${role}` };
  return { ...place, user: userOf(alice, chainId), role, since: 0 };
}

const store = (...records: MembershipRecord[]) => ({ membershipsOf: async () => records });

describe("what somebody is a member of", () => {
  test("is each organisation once, by name, with the strongest role", async () => {
    const records = [record("b", "viewer"), record("b", "admin", 10), record("a", "issuer", 11155111)];
    const found = await membershipsOf(store(...records), { user, method: "recovery" });
    expect(found.map(({ slug, role }) => `${slug} ${role}`)).toEqual(["a issuer", "b admin"]);
    expect(found[1]).toMatchObject({ user: userOf(alice, 10), since: "1970-01-01T00:00:00.000Z" });
  });

  test("is for a contract what it is on its own chain", async () => {
    const records = [record("a", "owner", 10), record("b", "viewer", 1)];
    const found = await membershipsOf(store(...records), { user, method: "contract" });
    expect(found.map(({ slug }) => slug)).toEqual(["b"]);
  });
});
