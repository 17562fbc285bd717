import { expect } from "vitest";
import { replayScore } from "../../src/index.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { type Academy, earn } from "./academy.ts";
import { type Attested, entryOf, groundOf, person, signed, subjectPath } from "./attester.ts";
import { get, type Wallet } from "./client.ts";
import { act } from "./org-access.ts";
import type { Service } from "./server.ts";

export type Exported = Awaited<ReturnType<typeof exported>>;

type Log = { document: string; kind: string; entries: JsonObject[] };

/** An export as it comes over HTTP. */
export async function exported(service: Service, did: string, query = "", token?: string, policy = "open-work") {
  const path = `${subjectPath(did)}/scores/${policy}/export${query}`;
  const answer = await get(service, path, { token });
  expect(answer.status, answer.text).toBe(200);
  return JSON.parse(answer.text) as JsonObject & {
    logs: Log[];
    question: JsonObject & { at: string; position: number };
    score: JsonObject & { score: string };
  };
}

/** The keys by which the service attests, as its DID document lists them. */
export async function serviceKeys(service: Service) {
  const { capabilityInvocation } = (await get(service, "/.well-known/did.json")).body;
  return (capabilityInvocation as string[]).map((id) => `did:key:${id.split("#")[1]}` as const);
}

/** Replays an export with the service's keys; nothing but the export is asked. */
export async function replayed(service: Service, whole: unknown, more: Parameters<typeof replayScore>[1] = {}) {
  return replayScore(structuredClone(whole), { operationKeys: await serviceKeys(service), ...more });
}

/** The export answers as the service does now, and replays to the same bytes. */
export async function expectReplays(service: Service, did: string, query = "", policy = "open-work", token?: string) {
  const whole = await exported(service, did, query, token, policy);
  const report = await replayed(service, whole);
  expect(report.checks.filter(({ outcome, required }) => required && outcome !== "pass")).toEqual([]);
  expect(report.verdict).toBe("equal");
  expect(report.score).toEqual(whole.score);
  expect((await get(service, `${subjectPath(did)}/scores/${policy}${query}`, { token })).body).toEqual(whole.score);
  return { whole, report };
}

/** The subject disputes what an organisation attested; an arbiter of that organisation rules. */
export async function disputeAndRule(
  service: Service,
  { lab, subject, made, outcome }: { lab: Academy; subject: Wallet; made: Attested; outcome: "upheld" | "struck" },
) {
  const arbiter = await person(service);
  const role = await act(service, lab, "SET_MEMBER", { user: arbiter.did, role: "arbiter" });
  const member = { document: lab.document, operation: role.body.receipts[0].operation as string };
  const ground = groundOf(made);
  const about = { attestation: made.attestation };
  const disputed = await signed(service, subject, made.subject, "DISPUTE", { ...about, restsOn: [ground] });
  expect(disputed.status, disputed.text).toBe(201);
  const dispute = { ...made, attestation: disputed.body.operation, seq: disputed.body.seq } as Attested;
  const struck = outcome === "struck" ? [await entryOf(service, made)] : [];
  const ends = [await entryOf(service, dispute), ...struck];
  const rests = { restsOn: [groundOf(dispute), ground, member], dispute: dispute.attestation, outcome, ends };
  const ruled = await signed(service, arbiter.wallet, made.subject, "RULE", { ...about, ...rests });
  expect(ruled.status, ruled.text).toBe(201);
}

/** Two wallets name each other. */
export async function link(service: Service, one: { wallet: Wallet; did: string }, other: typeof one) {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    const answer = await signed(service, from.wallet, from.did, "LINK", { other: to.did });
    expect(answer.status, answer.text).toBe(201);
  }
}

/** The earner hides a badge of theirs. */
export async function hideAward(service: Service, wallet: Wallet, award: string) {
  expect((await earn(service, wallet, award, "HIDE")).status).toBe(201);
}

/** The log of a document within an export. */
export function logOf({ logs }: Exported, document: unknown): Log {
  return logs.find((log) => log.document === document)!;
}
