// What many have attested about many, made fast: entries as the log has them, of which nobody has checked a signature.
import { digestOf } from "#primitives";
import { compose } from "../src/compose.ts";
import { followAwards } from "../src/followers/award-evidence.ts";
import { createApp } from "../src/http/app.ts";
import { createLog } from "../src/http/log.ts";
import type { Did } from "../src/identity/did.ts";
import { makeServiceKeys } from "../src/identity/service-keys.ts";
import { Failure } from "../src/kernel/failure.ts";
import type { JsonObject } from "../src/kernel/json.ts";
import { day, iso, type Millis, second } from "../src/kernel/time.ts";
import { derivedId } from "../src/operations/document-id.ts";
import { type Entry, entryDigest, operationDigest } from "../src/operations/entry.ts";
import { here, type Projection } from "../src/operations/kind.ts";
import type { Written } from "../src/operations/store.ts";
import { projectReputation } from "../src/reputation/reputation-rows.ts";
import { evolveReputation, noReputation, type Reputation, reputationKind } from "../src/reputation/reputation-state.ts";
import type { Storage } from "../src/storage/database.ts";
import { evidenceStore } from "../src/storage/evidence-store.ts";
import { appKey } from "../tests/harness.ts";
import { wideLimits } from "../tests/http/server.ts";

export const realm = "bench";
export const now = Date.parse("2026-11-20T12:00:00.000Z");

/** Who attests, and by the entry that gave the right to. */
export type Rater = { name: string; person: boolean; organization: string; authority: string };

/** Something that somebody says of somebody: kind, field, value and the like, as ATTEST has them. */
export type Statement = { subject: Did; rater: Rater; says: JsonObject; at: Millis };

/** The n-th wallet. */
export function walletOf(n: number): Did {
  return `did:pkh:eip155:1:${addressOf(n)}`;
}

/** Writes raters and what they state into a log, as the reactor has the store write what it has admitted. */
export function attesting({ operations }: Pick<Storage, "operations">) {
  let added = 0;
  const stands = new Map<Did, { state: Reputation; last: Entry | undefined }>();
  const append = (subject: Did, statements: readonly Statement[]) => {
    const document = derivedId(realm, reputationKind, subject);
    const known = stands.get(subject) ?? { state: noReputation, last: undefined };
    stands.set(subject, known);
    const entries = statements.map((statement): Written => {
      const entry = attestation(document, statement, known.last);
      known.state = evolveReputation(known.state, entry);
      known.last = entry;
      return { entry, projection: projectReputation(known.state, entry) };
    });
    return operations.commit({ document, kind: reputationKind, entries });
  };
  return {
    /** A person with a role in an organisation, or, without one, the organisation itself. */
    async rater(n: number, organization: string, role?: "viewer" | "issuer"): Promise<Rater> {
      const user = walletOf(n);
      const entry = entryOf({ document: `right-${n}`, kind: "bench/right", type: "GIVE", input: { n }, at: beginning });
      const set = { organization, user, role: role ?? "owner" };
      const rows: Projection["rows"] = [
        { table: "grants", key: { entry: entry.digest }, set: { seq: here, ended: null } },
        { table: "organization_roles", key: { entry: entry.digest }, set },
      ];
      const written = { entry, projection: { rows, claims: [] } };
      await operations.commit({ document: entry.document, kind: entry.kind, entries: [written] });
      const person = role !== undefined;
      return { name: person ? user : organization, person, organization, authority: entry.digest };
    },
    /** One more, by an organisation that says nothing else. */
    more(subject: Did): Promise<unknown> {
      const work = { type: "operation", id: String(added++).padStart(43, "A") };
      const says = { field: "welding", kind: "badge", value: "0.001", work };
      const rater = { name: "another", person: false, organization: "another", authority: "" };
      return append(subject, [{ subject, rater, says, at: now }]);
    },
    /** Statements in the order of the log; what follows each other about one subject is written together. */
    async attest(statements: readonly Statement[]): Promise<void> {
      let writing: Promise<unknown>[] = [];
      for (let from = 0, to = 0; from < statements.length; from = to) {
        const { subject } = statements[from]!;
        while (statements[to]?.subject === subject && to - from < together) to++;
        writing.push(append(subject, statements.slice(from, to)));
        if (writing.length < atOnce) continue;
        await Promise.all(writing);
        writing = [];
      }
      await Promise.all(writing);
    },
  };
}

export async function organizations(log: ReturnType<typeof attesting>, count: number): Promise<Rater[]> {
  const raters: Rater[] = [];
  for (let n = 0; n < count; n++) raters.push(await log.rater(n, `organization-${n}`));
  return raters;
}

/** Somebody of whom organisations have stated so much in three years, hardly any of it in vain. */
export function career(subject: Did, raters: readonly Rater[], length: number): Statement[] {
  return Array.from({ length }, (_, i) => {
    const at = now - 3 * 365 * day + Math.floor((i * 3 * 365 * day) / length / second) * second;
    const kind = ["contribution", "badge", "contribution", "endorsement", "incident"][i % 5]!;
    const work = { type: "operation", id: digestOf(`${subject} ${i}`) };
    // Some end one day, so that time turns more than what fades.
    const ends = i % 10 === 3 ? { validUntil: iso(now + (30 + i) * day) } : {};
    // So little each that caps leave it, whatever there is in all.
    const value = String((1 + (i % 7)) * Math.min(0.1, 10 / length));
    const says = { field: "software/typescript", kind, value, work, ...ends };
    return { subject, rater: raters[i % raters.length]!, says, at };
  });
}

/** The path of a score under the policy that comes with the service. */
export function scorePath(subject: Did): string {
  return `/v1/subjects/${encodeURIComponent(subject)}/scores/open-work`;
}

/** The whole service in this process, over a storage of ours, with a clock that stands. */
export async function openService(storage: Storage) {
  const unreachable = async () => Promise.reject(new Failure("DID_UNREACHABLE"));
  const services = compose({
    origin: "http://localhost:8787",
    realm,
    maxDelegationLife: 90 * day,
    operatorToken: undefined,
    keys: await makeServiceKeys(now - day),
    storage,
    clock: () => now,
    fetchDidWeb: unreachable,
    fetchStatusList: async () => Promise.reject(new Failure("STATUS_UNAVAILABLE")),
  });
  // No question waits for so much to be followed.
  await followAwards({ log: storage.operations, store: evidenceStore(storage) }).run(Number.POSITIVE_INFINITY);
  const burst = 1_000_000_000;
  const app = createApp({
    services,
    limits: { ...wideLimits, requests: { burst, window: 1_000 }, operations: { burst, window: 1_000 } },
    log: createLog(
      "warn",
      () => {},
      () => now,
    ),
    clock: () => now,
    runtime: { peerAddress: () => "192.0.2.1", pause: async () => {} },
  });
  return { services, app };
}

/** Asks a door for a path; whatever it refuses is an error. */
export function asking(door: { request(path: string): Response | Promise<Response> }) {
  return async (path: string): Promise<string> => {
    const answer = await door.request(path);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 300)}`);
    return text;
  };
}

/** Entries of one subject that are written together, and appends under way at once. */
const together = 100;
const atOnce = 256;

/** When everybody was given their right: before anything was stated. */
const beginning = now - 4 * 365 * day;

function attestation(document: string, { subject, rater, says, at }: Statement, before: Entry | undefined): Entry {
  const { name, person, organization, authority } = rater;
  const by = person ? { organization: "", context: organization } : { organization };
  const standing = person ? "membership" : "organization";
  const input = { subject, restsOn: [], ...by, standing, ...says };
  const who = person ? { user: name } : {};
  return entryOf({ document, kind: reputationKind, type: "ATTEST", input, at, authority, before, ...who });
}

function entryOf(terms: {
  document: string;
  kind: string;
  type: string;
  input: JsonObject;
  at: Millis;
  user?: string;
  authority?: string;
  before?: Entry | undefined;
}): Entry {
  const { document, kind, type, input, at, authority = "", before } = terms;
  const tuple = [String(at / 1000), appKey.did, `r2.${"A".repeat(43)}`, "", `0x${"7e".repeat(64)}`] as const;
  const address = terms.user?.split(":").at(-1);
  const signer = {
    ...(address !== undefined && { user: { address, networkId: "eip155", chainId: 1 } }),
    app: { name: "https://app.example", key: appKey.did },
    signatures: [tuple],
  };
  const action = {
    id: crypto.randomUUID(),
    type,
    timestampUtcMs: iso(at),
    input,
    scope: "global",
    context: { signer },
  } as unknown as Entry["action"];
  const placed = { document, kind, branch: "main", action };
  const entry = {
    ...placed,
    text: JSON.stringify(action),
    realm,
    index: before ? before.index + 1 : 0,
    prev: before?.digest ?? "",
    operation: operationDigest(placed),
    binding: "full",
    authority: { by: authority === "" ? "service" : "organization", entry: authority },
    admittedAt: iso(at),
  } as const;
  return { ...entry, digest: entryDigest(entry) };
}

function addressOf(n: number): string {
  return `0x${(n + 1).toString(16).padStart(40, "0")}`;
}
