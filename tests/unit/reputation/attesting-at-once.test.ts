import { afterEach, expect, it } from "vitest";
import { Failure } from "../../../src/kernel/failure.ts";
import { derivedId } from "../../../src/operations/document-id.ts";
import type { DocumentKind } from "../../../src/operations/kind.ts";
import { rightOf } from "../../../src/organizations/rights.ts";
import { maxDaily } from "../../../src/reputation/attestation-decisions.ts";
import { reputation } from "../../../src/reputation/reputation.ts";
import { reputationKind } from "../../../src/reputation/reputation-state.ts";
import { alice, openHouse, userOf } from "../../harness.ts";

let house: ReturnType<typeof openHouse>;
afterEach(() => house.close());

const left = 3;

/** What alice says of a subject nobody knows, on one of her chains: "in", or the code of the refusal. */
async function endorse(i: number): Promise<string> {
  const [subject, user] = [`did:web:subject-${i}.example`, userOf(alice, i % 2 === 0 ? 1 : 10)] as const;
  const document = derivedId(house.realm, reputationKind, subject);
  const said = { field: "software", kind: "endorsement", value: "1", standing: "unsolicited", organization: "" };
  const input = { subject, ...said, restsOn: [] };
  const { action } = await house.sign({ document, kind: reputationKind, type: "ATTEST", input, user });
  try {
    await house.reactor.submit(document, [action], reputationKind);
    return "in";
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

it("a person says as much in a day as they may, whatever is sent at once about however many, on whatever chains", async () => {
  const limits = {
    saidAbout: async () => 0,
    saidSince: async () => maxDaily.person - left,
    oneWith: async () => [],
  };
  house = openHouse([reputation({ rightOf, limits }) as DocumentKind]);
  await house.delegate({ may: [reputationKind] });
  const outcomes = await Promise.all(Array.from({ length: 12 }, (_, i) => endorse(i)));
  expect(outcomes.filter((each) => each === "in")).toHaveLength(left);
  expect(outcomes.filter((each) => each === "TOO_MANY_REQUESTS")).toHaveLength(12 - left);
  expect(await endorse(12)).toBe("TOO_MANY_REQUESTS");
});
