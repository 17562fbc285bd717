import { awardKind } from "../badges/award.ts";
import type { ProofMethod } from "../identity/delegation.ts";
import { type Did, parsePkh } from "../identity/did.ts";
import type { namedOperationKeys } from "../identity/service-keys.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { type Clock, iso } from "../kernel/time.ts";
import { auditBundle } from "../operations/audit.ts";
import { makeBundle, wireEntry } from "../operations/bundle.ts";
import { type Concealed, concealLogs, isShown, shownEntry } from "../operations/concealment.ts";
import { documentViews } from "../operations/document-view.ts";
import { type LoggedEntry, signerOf } from "../operations/entry.ts";
import { isCut, pageOfPart, partBytes } from "../operations/entry-size.ts";
import type { Kinds } from "../operations/fold.ts";
import { parseAction } from "../operations/operation.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { OperationStore } from "../operations/store.ts";
import type { Caller, Party, Services } from "../services.ts";
import type { ConcealedAward, concealmentStore } from "../storage/concealment-store.ts";
import { concealedTellings, isOne } from "./concealed-evidence.ts";

export type DocumentParts = {
  reactor: Reactor;
  store: OperationStore;
  kinds: Kinds;
  realm: string;
  did: string;
  operationKeys: ReturnType<typeof namedOperationKeys>;
  clock: Clock;
  concealment: ReturnType<typeof concealmentStore>;
};

/** Kinds of which single documents may be concealed. */
const concealable: ReadonlySet<string> = new Set([awardKind]);

/** Documents and the log, with what is concealed shown in full to those alone whom it concerns. */
export function documentServices(parts: DocumentParts): {
  documents: Services["documents"];
  after: Services["log"]["after"];
  /** Whether a viewer is one whom an award concerns. */
  sees(document: string, viewer: Caller): Promise<boolean>;
} {
  const { reactor, store, realm } = parts;
  const view = documentViews(realm);
  const hides = async (id: string, kind: string | undefined, viewer: Caller | undefined): Promise<boolean> =>
    kind !== undefined &&
    (await concealedAmong(parts, [{ kind, document: id }])).has(id) &&
    !(await sees(parts, id, viewer));
  const bundle = bundleFrom(parts);
  const documents: Services["documents"] = {
    open: (create, kind, operations) => reactor.open(create, kind, operations),
    get: async (id, viewer) => {
      const document = await reactor.document(id);
      // As if it were not there.
      ensure(!(await hides(id, document.kind.name, viewer)), "UNKNOWN_DOCUMENT");
      return view(document);
    },
    entries: async (id, { after = "0", limit }, viewer) => {
      const part = await store.entriesOf(id, Number(after), limit + 1, partBytes);
      if (part.length === 0) await reactor.document(id);
      const { page, more } = pageOfPart(part, limit, partBytes);
      const concealed = await concealedFrom(parts, page, viewer);
      const items = page.map((entry) => shownEntry(wireEntry(entry), concealed));
      return { items, next: more ? String(page.at(-1)!.seq) : null };
    },
    submit: async (id, operations, kind) => {
      try {
        return await reactor.submit(id, operations, kind);
      } catch (error) {
        throw error instanceof Failure ? await asSeen(parts, id, operations[0], error) : error;
      }
    },
    audit: async (id, viewer, work) => {
      const { kinds, operationKeys } = parts;
      const most = work?.most;
      return auditBundle(await bundle(id, viewer, work), { kinds, operationKeys, pause: work?.pause, most });
    },
    bundle,
  };
  const after: Services["log"]["after"] = async (seq, limit, bytes = partBytes) => {
    const entries = await store.entriesAfter(seq, limit, bytes);
    const concealed = await concealedFrom(parts, entries, undefined);
    const items = entries.map((entry) => shownEntry(wireEntry(entry), concealed));
    return { items, full: isCut(entries, limit, bytes) };
  };
  return { documents, after, sees: (document, viewer) => sees(parts, document, viewer) };
}

/** Gathers bundles, and with what is concealed from a viewer nothing that would tell of it. */
function bundleFrom(parts: DocumentParts): Services["documents"]["bundle"] {
  const { realm, store } = parts;
  return async (id, viewer, work, { asOne = [], ...wish } = {}) => {
    const documents = new Set<string>();
    const operations = new Set<string>();
    const asking = viewer && once(viewer);
    const followed = async (entries: readonly LoggedEntry[]) => {
      const found = await concealedFrom(parts, entries, asking, asOne);
      for (const each of found.documents) documents.add(each);
      for (const each of found.operations) operations.add(each);
      return entries.filter((entry) => isShown(entry, found));
    };
    const asked = { ...wish, spend: work?.spend, most: work?.most, followed };
    const about = { realm, now: iso(parts.clock()), service: serviceOf(parts), ...asked };
    return concealLogs(await makeBundle(store, id, about), { documents, operations });
  };
}

/** Asks who it is when that is first needed, and no second time. */
function once(viewer: Caller): Caller {
  let asked: ReturnType<Caller> | undefined;
  return () => {
    asked ??= viewer();
    return asked;
  };
}

/** What of these entries a viewer may not see; `asOne` are wallets that are one with it, where it is one of them. */
async function concealedFrom(
  parts: DocumentParts,
  entries: readonly LoggedEntry[],
  viewer: Caller | undefined,
  asOne: readonly Did[] = [],
): Promise<Concealed> {
  const documents = new Set(await concealedAmong(parts, entries));
  for (const document of documents) if (await sees(parts, document, viewer, asOne)) documents.delete(document);
  const concealed = (asked: readonly string[]) => parts.concealment.concealed(asked, parts.clock());
  const looking = { viewer, asOne, concealed, sees: (document: string) => sees(parts, document, viewer, asOne) };
  return { documents, operations: await concealedTellings(parts, entries, looking) };
}

async function concealedAmong(
  { concealment, clock }: DocumentParts,
  entries: readonly { kind: string; document: string }[],
): Promise<ReadonlySet<string>> {
  const asked = new Set(entries.filter(({ kind }) => concealable.has(kind)).map(({ document }) => document));
  return asked.size > 0 ? concealment.concealed([...asked], clock()) : asked;
}

/** Refusals before which nobody has been proved to stand behind the operation. */
const unproved: readonly string[] = ["NOT_DELEGATED", "BAD_SIGNATURE", "CONTENT_MISMATCH", "INVALID_OPERATION"];

/**
 * The refusal of an operation on a document, as whoever signed it may see it: of what is concealed others learn no more
 * than of what is not there.
 */
async function asSeen(parts: DocumentParts, id: string, action: unknown, failure: Failure): Promise<Failure> {
  const { concealment, clock } = parts;
  if (!(await concealment.concealed([id], clock())).has(id)) return failure;
  const award = await concealment.find(id);
  const { user, app } = claimedSigner(action);
  const theirs =
    award !== undefined &&
    !unproved.includes(failure.code) &&
    (user === "" ? await concealment.hasKey(award.organization, app) : await isTheirs(parts, award, user));
  return theirs ? failure : new Failure("UNKNOWN_DOCUMENT");
}

function claimedSigner(action: unknown): { user: string; app: string } {
  try {
    return signerOf({ action: parseAction(action) });
  } catch {
    return { user: "", app: "" };
  }
}

/** Who reads is asked only about what is concealed: anything else is read without saying so. */
async function sees(
  parts: DocumentParts,
  document: string,
  viewer: Caller | undefined,
  asOne: readonly Did[] = [],
): Promise<boolean> {
  const party = await viewer?.();
  return party !== undefined && maySee(parts, party, document, asOne);
}

/** Its subject, the members of its organisation, and the clients of that with the scope to read awards. */
async function maySee(
  { concealment }: DocumentParts,
  party: Party,
  document: string,
  asOne: readonly Did[],
): Promise<boolean> {
  if (party.by === "operator") return false;
  const award = await concealment.find(document);
  if (!award) return false;
  if (party.by === "client") {
    const own = party.organization === award.organization && (party.mode === "test") === award.test;
    return own && party.scopes.includes("awards:read");
  }
  // An app's token proves its key alone, not that the wallet has given it anything.
  if (party.by === "token") return false;
  if (award.subject !== "" && asOne.includes(award.subject) && isOne(party, asOne)) return true;
  return isTheirs({ concealment }, award, party.user, party.method);
}

/** Whether a wallet is the award's subject, or a member of its organisation. */
async function isTheirs(
  { concealment }: Pick<DocumentParts, "concealment">,
  award: ConcealedAward,
  user: Did,
  method: ProofMethod = "recovery",
): Promise<boolean> {
  const { address } = parsePkh(user);
  const members = await concealment.membersAt(award.organization, address);
  return isOne({ user, method }, [award.subject, ...members]);
}

function serviceOf({ did, operationKeys }: DocumentParts) {
  const retired = Object.fromEntries(operationKeys.flatMap(({ key, retired }) => (retired ? [[key, retired]] : [])));
  return { did, operationKeys: operationKeys.map(({ key }) => key), retired };
}
