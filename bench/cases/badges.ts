// Verifying badges in this process: one by its JWT and one by its Data Integrity proofs, beside raw P-256.
import { parseCompact } from "../../src/identity/jws.ts";
import { type JsonObject, parseJson } from "../../src/kernel/json.ts";
import { type Academy, learner, makeAward, makeClass, openAcademy } from "../../tests/http/academy.ts";
import { get } from "../../tests/http/client.ts";
import { startLocal } from "../../tests/http/server.ts";
import { compare, type Options, type Result, rotate } from "../measure.ts";
import { preparedJws } from "../operations.ts";
import { inTurn, libcrypto } from "../verifying.ts";

export async function run({ rounds }: Options): Promise<Result[]> {
  const service = await startLocal();
  const academy = await openAcademy(service, {}, ["P-256", "Ed25519"]);
  const { id } = await makeClass(service, academy);
  const jwts: string[] = [];
  const documents: JsonObject[] = [];
  for (let i = 0; i < 32; i++) {
    const { did } = await learner(service);
    const { award } = await makeAward(service, academy, { class: id, recipient: { did } });
    jwts.push(await formOf(service, academy, award, "jwt"));
    documents.push(parseJson(await formOf(service, academy, award, "json")) as JsonObject);
  }
  const holds = async (badge: string | JsonObject) =>
    (await service.services.verify.badge(badge, {})).verdict === "valid";
  const key = await keyOf(service, academy);
  const raw = jwts.map((jwt) => preparedJws(parseCompact(jwt, jwt.length), key));
  const contenders = [libcrypto(raw), inTurn("jwt", jwts, holds), inTurn("data integrity", documents, holds)];
  const costs = await rotate(contenders, rounds * 2, 8);
  await service.close();
  const common = { unit: "µs", yardstick: "libcrypto", as: "speed" } as const;
  return [
    compare(costs, { ...common, name: "badge-jwt", ours: "jwt", goal: { of: "ratio", atLeast: 0.5 } }),
    compare(costs, { ...common, name: "badge-data-integrity", ours: "data integrity" }),
  ];
}

type Local = Awaited<ReturnType<typeof startLocal>>;

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
