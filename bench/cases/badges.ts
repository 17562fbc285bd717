// Verifying badges in this process, beside raw P-256: by their JWTs, seen before and for the first time, and by their
// Data Integrity proofs.
import { parseCompact } from "../../src/identity/jws.ts";
import { type JsonObject, parseJson } from "../../src/kernel/json.ts";
import { type Academy, learner, makeAward, makeClass, openAcademy } from "../../tests/http/academy.ts";
import { get } from "../../tests/http/client.ts";
import { startLocal } from "../../tests/http/server.ts";
import { type Contender, compare, cpuOf, type Options, type Result, rotate } from "../measure.ts";
import { preparedJws } from "../operations.ts";
import { inTurn, libcrypto } from "../verifying.ts";

const warmUps = 8;
/** Rounds until the compiler has done with what every badge goes through. */
const compiling = 160;
/** Badges of a round: a millisecond, so that many rounds are left alone by what else the machine does. */
const slice = 8;
/** Badges that each round sees for the first time. */
const firstSeen = 16;

export async function run({ rounds }: Options): Promise<Result[]> {
  const service = await startLocal();
  const academy = await openAcademy(service, {}, ["P-256", "Ed25519"]);
  const badges = await makeBadges(service, academy, 32 + (warmUps + rounds * 2) * firstSeen);
  const jwts = await Promise.all(badges.slice(0, 32).map((award) => formOf(service, academy, award, "jwt")));
  const fresh = await Promise.all(badges.slice(32).map((award) => formOf(service, academy, award, "jwt")));
  const documents = await Promise.all(
    badges.slice(0, 32).map(async (award) => parseJson(await formOf(service, academy, award, "json")) as JsonObject),
  );
  const holds = async (badge: string | JsonObject) =>
    (await service.services.verify.badge(badge, {})).verdict === "valid";
  const key = await keyOf(service, academy);
  const prepared = jwts.map((jwt) => preparedJws(parseCompact(jwt, jwt.length), key));
  const limit = libcrypto(prepared);
  // Apart, because what JSON-LD leaves behind would be cleared away at the cost of whoever runs next.
  const few = [libcrypto(prepared, cpuOf, slice), inTurn("jwt", jwts, holds, cpuOf, slice)];
  const again = await rotate(few, rounds * 16, compiling);
  const first = await rotate([limit, inSlices("jwt, first seen", fresh, holds)], rounds * 2, warmUps);
  const linked = await rotate([limit, inTurn("data integrity", documents, holds)], rounds, 4);
  await service.close();
  const common = { unit: "µs", yardstick: "libcrypto", as: "speed" } as const;
  return [
    compare(again, { ...common, name: "badge-jwt", ours: "jwt", goal: { of: "ratio", atLeast: 0.5 } }),
    compare(first, { ...common, name: "badge-jwt-first-seen", ours: "jwt, first seen" }),
    compare(linked, { ...common, name: "badge-data-integrity", ours: "data integrity" }),
  ];
}

type Local = Awaited<ReturnType<typeof startLocal>>;

async function makeBadges(service: Local, academy: Academy, count: number): Promise<string[]> {
  const { id } = await makeClass(service, academy);
  const awards: string[] = [];
  for (let i = 0; i < count; i++) {
    const { did } = await learner(service);
    awards.push((await makeAward(service, academy, { class: id, recipient: { did } })).award);
  }
  return awards;
}

/** Each round asks about the next few, and about none twice. */
function inSlices(name: string, jwts: readonly string[], holds: (jwt: string) => Promise<boolean>): Contender {
  let next = 0;
  return {
    name,
    cost: () => {
      const slice = jwts.slice(next, next + firstSeen);
      next += firstSeen;
      return inTurn(name, slice, holds, cpuOf).cost();
    },
  };
}

async function formOf(service: Local, { access }: Academy, award: string, form: string): Promise<string> {
  return (await get(service, `/v1/awards/${award}/credential?form=${form}`, { token: access })).text;
}

/** The public half of the organisation's key of P-256, as its DID document has it. */
async function keyOf(service: Local, { slug }: Academy): Promise<string> {
  const { body } = await get(service, `/orgs/${slug}/did.json`);
  const methods = body.verificationMethod as { publicKeyMultibase: string }[];
  const found = methods.find(({ publicKeyMultibase }) => publicKeyMultibase.startsWith("zDn"));
  return `did:key:${found!.publicKeyMultibase}`;
}
