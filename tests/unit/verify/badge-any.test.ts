import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { utf8 } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { verifyBadge } from "../../../src/verify/badge.ts";
import { verifyPresentation } from "../../../src/verify/presentation.ts";
import {
  badgeBody,
  jwtOf,
  learner,
  listBody,
  listUrl,
  now,
  openScene,
  proved,
  schoolEd,
  statusOf,
} from "./badge-scene.ts";

const { knowledge, web } = openScene();
let badge: JsonObject;
let jwt: string;
let list: string;
beforeAll(async () => {
  // By JCS every member counts; as RDF null and the empty list say nothing.
  badge = await proved({ ...badgeBody, credentialStatus: statusOf() }, schoolEd, "eddsa-jcs-2022");
  jwt = await jwtOf(badgeBody);
  list = JSON.stringify(await proved(await listBody()));
});
const question = { now, recipient: { did: learner } };
const judge = async (value: never) => (await verifyBadge(value, question, knowledge)).verdict;
const present = async (value: unknown) => (await verifyPresentation(value, question, knowledge)).verdict;

const member = fc.constantFrom(
  ...["@context", "id", "type", "issuer", "credentialSubject", "proof", "credentialStatus", "validFrom", "validUntil"],
  ...["evidence", "endorsement", "endorsementJwt", "credentialSchema", "relatedResource", "name", "refreshService"],
  ...["verifiableCredential", "holder", "domain", "message", "signature"],
);

test("what is not changed is valid", async () => {
  web.set(listUrl, list);
  expect(await judge(badge as never)).toBe("valid");
  expect(await judge(jwt as never)).toBe("valid");
});

test("any text, bytes or object gets a report, and is not valid", async () => {
  const anything = fc.oneof(
    fc.string(),
    fc.object(),
    fc.uint8Array().map((each) => Uint8Array.from(each)),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (value) => {
      expect(await judge(value as never)).not.toBe("valid");
      expect(await present(value)).not.toBe("valid");
    }),
    { numRuns: 150 },
  );
});

test("a badge with anything in the place of a member is never refused, and not valid", async () => {
  const valued = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.object({ maxDepth: 2 }),
    fc.array(fc.object({ maxDepth: 1 })),
  );
  await fc.assert(
    fc.asyncProperty(member, valued, async (name, value) => {
      if (JSON.stringify(value) === JSON.stringify(badge[name])) return;
      const changed = { ...badge, [name]: JSON.parse(JSON.stringify(value)) } as JsonObject;
      expect(await judge(changed as never)).not.toBe("valid");
      expect(await present(changed)).not.toBe("valid");
      expect(await judge(utf8(JSON.stringify(changed)) as never)).not.toBe("valid");
    }),
    { numRuns: 150 },
  );
}, 60_000);

test("a JWT and a list with a character changed are never refused, and not valid", async () => {
  const spoil = (text: string, at: number, by: string) => {
    const place = at % text.length;
    return text[place] === by ? undefined : `${text.slice(0, place)}${by}${text.slice(place + 1)}`;
  };
  const change = [fc.nat(), fc.constantFrom(...'AZ09-_.{}[]",:')] as const;
  await fc.assert(
    fc.asyncProperty(...change, async (at, by) => {
      const spoilt = spoil(jwt, at, by);
      if (spoilt !== undefined) expect(await judge(spoilt as never)).not.toBe("valid");
      const spoiltList = spoil(list, at, by);
      web.set(listUrl, spoiltList ?? "{}");
      expect(await judge(badge as never)).not.toBe("valid");
    }),
    { numRuns: 60 },
  );
}, 60_000);
