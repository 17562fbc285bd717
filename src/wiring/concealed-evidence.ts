// What reputations say of evidence that is not for everybody, and whom it is shown to.
import type { ProofMethod } from "../identity/delegation.ts";
import { type Did, isUserDid, parsePkh } from "../identity/did.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import { isObject } from "../kernel/json.ts";
import type { LoggedEntry } from "../operations/entry.ts";
import type { OperationStore } from "../operations/store.ts";
import { judgeOf } from "../reputation/attestations.ts";
import { reputationKind } from "../reputation/reputation-state.ts";
import type { Caller, Party } from "../services.ts";
import type { ConcealedEvidence, concealmentStore, EvidenceName } from "../storage/concealment-store.ts";

export type EvidenceParts = {
  store: Pick<OperationStore, "entryOfOperation">;
  concealment: ReturnType<typeof concealmentStore>;
};

/** Who looks; `asOne` are wallets that are one with it, where it is one of them. */
export type Looking = {
  viewer: Caller | undefined;
  asOne: readonly Did[];
  /** Which of the documents are not for everybody, and whether the viewer sees one of them nevertheless. */
  concealed(documents: readonly string[]): Promise<ReadonlySet<string>>;
  sees(document: string): Promise<boolean>;
};

/**
 * The operations among these entries that tell a viewer of what it may not see: attestations, what was said to them later,
 * and what hides them.
 */
export async function concealedTellings(
  parts: EvidenceParts,
  entries: readonly LoggedEntry[],
  looking: Looking,
): Promise<Set<string>> {
  const told = entries.flatMap(tellingOf);
  if (told.length === 0) return new Set();
  const hidden = new Map((await parts.concealment.evidence(told)).map((each) => [nameOf(each), each]));
  const elsewhere = told.filter(isElsewhere).map(({ source }) => source);
  const concealed = elsewhere.length > 0 ? await looking.concealed(elsewhere) : new Set<string>();
  const shown = new Map<string, Promise<boolean>>();
  const operations = new Set<string>();
  for (const telling of told) {
    const found = hidden.get(nameOf(telling));
    if (!found && !concealed.has(telling.source)) continue;
    const name = nameOf(telling);
    if (!shown.has(name)) shown.set(name, isShownTo(parts, looking, telling, found));
    if (!(await shown.get(name))) operations.add(telling.operation);
  }
  return operations;
}

/** Whether a wallet speaks for one of the DIDs. */
export function isOne(party: { user: Did; method: ProofMethod }, dids: readonly string[]): boolean {
  return dids.filter(isUserDid).some((did) => speaksFor(party, parsePkh(did)));
}

/** An entry of a reputation that tells of evidence, which stands in it or in the document `source`. */
type Telling = EvidenceName & { operation: string; source: string };

function tellingOf({ kind, document, operation, action }: LoggedEntry): Telling[] {
  if (kind !== reputationKind) return [];
  const { attestation, evidence = attestation, restsOn } = action.input;
  const named = action.type === "ATTEST" ? operation : evidence;
  if (typeof named !== "string") return [];
  const grounds = Array.isArray(restsOn) ? restsOn : [];
  const ground = grounds.find((each) => isObject(each) && each.operation === named);
  const source = isObject(ground) && typeof ground.document === "string" ? ground.document : document;
  return [{ document, evidence: named, operation, source }];
}

function nameOf({ document, evidence }: EvidenceName): string {
  return `${document} ${evidence}`;
}

function isElsewhere({ document, source }: Telling): boolean {
  return source !== document;
}

async function isShownTo(
  parts: EvidenceParts,
  { viewer, asOne, sees }: Looking,
  telling: Telling,
  found: ConcealedEvidence | undefined,
): Promise<boolean> {
  const party = await viewer?.();
  if (!party) return false;
  if (isElsewhere(telling)) return sees(telling.source);
  return found !== undefined && concernsParty(parts, party, found, asOne);
}

/** Its subject, whoever stated it, and from a dispute on those who may rule over that. */
async function concernsParty(
  { store, concealment }: EvidenceParts,
  party: Party,
  found: ConcealedEvidence,
  asOne: readonly Did[],
): Promise<boolean> {
  const { document, evidence, subject, attester, organization } = found;
  if (party.by === "client") {
    const own = organization !== "" && party.organization === organization && party.mode === "live";
    return own && party.scopes.includes("attestations:write");
  }
  if (party.by !== "session") return false;
  if (isOne(party, [subject, attester]) || (asOne.includes(subject as Did) && isOne(party, asOne))) return true;
  const { address } = parsePkh(party.user);
  if (organization !== "" && isOne(party, await concealment.membersAt(organization, address))) return true;
  if (found.disputed === 0) return false;
  const judge = await judgeOf(store, { ...found, document, operation: evidence });
  return judge !== "" && isOne(party, await concealment.membersAt(judge, address, ["owner", "arbiter"]));
}
