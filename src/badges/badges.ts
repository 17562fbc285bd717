import type { Did } from "../identity/did.ts";
import { type Bytes, fromBase64url } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { iso } from "../kernel/time.ts";
import { awardBatch, type RevocationTerms, type Revoked, revokeBatch, type Selection } from "./award-batch.ts";
import { changeAward, foundState, ownAward, resendAward } from "./award-changes.ts";
import type { Asked, AwardRequest } from "./award-plan.ts";
import { type Amendment, amendAward, correctAward } from "./award-rewriting.ts";
import type { AwardState } from "./award-state.ts";
import type { AwardQuery, ClassVersionRecord, StoredImage } from "./award-store.ts";
import { type AwardView, awardViews } from "./award-view.ts";
import { type Awarded, type AwardingParts, actingFor, awardAll, type Outcome } from "./awarding.ts";
import { archiveClass, type ClassView, classView, createClass, restoreClass, reviseClass } from "./class-changes.ts";
import type { ClassDefinition } from "./class-definition.ts";
import { type Endorsed, type EndorsementRequest, endorseAward } from "./endorsing.ts";
import type { IssuingClient } from "./issuers.ts";
import { keepImage } from "./kept-image.ts";
import { emailLookup } from "./personal.ts";

/** What an issuer does to one award without saying anything anew. */
export type AwardChange = { type: "REVOKE" | "SUSPEND"; reason: string } | { type: "REINSTATE" | "CANCEL" };

export type AwardFilter = Omit<AwardQuery, "organization" | "lookup" | "test"> & { email?: string | undefined };

type Page = { after: number; limit: number };

/** `latest`: from the end, before a place where one is given. */
type AwardPage = Page & { latest?: true };

/** How callers stand to badges; whatever they may not do is refused. */
export type Standing<Caller> = {
  /** A client with this scope; refuses everybody else with FORBIDDEN. */
  client(caller: Caller, scope: "classes:write" | "awards:write"): IssuingClient;
  /** Which awards of an organisation a caller may read or erase, tests or others; refuses with NOT_FOUND where none. */
  reader(caller: Caller, organization: string, to: "read" | "erase"): Promise<{ test?: boolean }>;
  /** The wallet that is signed in. */
  wallet(caller: Caller): Did | undefined;
};

/** One version of a class. `createdAt` is RFC 3339. */
export type ClassVersionView = Omit<ClassVersionRecord, "createdAt"> & { id: string; createdAt: string };

/** What the doors may ask of badges. `org` is a slug or a document; what is another's is NOT_FOUND. */
export type Badges<Caller> = {
  createClass(caller: Caller, org: string, definition: ClassDefinition, name: string): Promise<ClassView>;
  reviseClass(caller: Caller, document: string, definition: ClassDefinition): Promise<ClassView>;
  archiveClass(caller: Caller, document: string): Promise<ClassView>;
  restoreClass(caller: Caller, document: string): Promise<ClassView>;
  class(document: string): Promise<ClassView>;
  version(document: string, version: number): Promise<ClassVersionView>;
  /** Each with the place that the next page begins after. */
  classes(org: string, archived: boolean, page: Page): Promise<{ seq: number; view: ClassView }[]>;
  /** Checks and keeps a picture; refuses with INVALID_IMAGE, QUOTA_EXCEEDED. */
  keepImage(caller: Caller, org: string, bytes: Uint8Array): Promise<Omit<StoredImage, "bytes">>;
  image(digest: string): Promise<{ type: StoredImage["type"]; bytes: Bytes }>;
  award(caller: Caller, org: string, asked: Asked): Promise<Awarded>;
  /** Some dozens at a time, by one caller's right as it was when the batch began. */
  batch(
    caller: Caller,
    org: string,
    dryRun: boolean,
  ): Promise<(asked: readonly Asked[]) => Promise<Outcome<Awarded | null>[]>>;
  /** Revokes what is selected, or says what would be; says of each what became of it. */
  revokeAll(
    caller: Caller,
    org: string,
    selection: Selection,
    terms: RevocationTerms,
  ): Promise<AsyncGenerator<Revoked, void>>;
  awards(
    caller: Caller,
    org: string,
    filter: AwardFilter,
    page: AwardPage,
  ): Promise<{ seq: number; view: AwardView }[]>;
  get(caller: Caller, document: string): Promise<AwardView>;
  /** What it says of a person, to those who may read it; null to others. */
  personal(caller: Caller, document: string): Promise<AwardView["personal"]>;
  /**
   * `again` where an attempt before never came back: then what it has done is answered. The answers of writes are kept,
   * so `personal` is null in them.
   */
  change(caller: Caller, document: string, change: AwardChange, again?: boolean): Promise<AwardView>;
  amend(caller: Caller, document: string, amendment: Amendment): Promise<AwardView>;
  correct(
    caller: Caller,
    document: string,
    correction: Pick<AwardRequest, "name"> & { email: string },
  ): Promise<Awarded>;
  resend(caller: Caller, document: string): Promise<Awarded>;
  /** In the name of an organisation, a badge of any. */
  endorse(caller: Caller, org: string, request: EndorsementRequest): Promise<Endorsed>;
  /** Erases what it says of a person, by the earner's session or the organisation; the award stands. */
  erase(caller: Caller, document: string): Promise<void>;
};

/** Badges of one installation. */
export function createBadges<Caller>(parts: AwardingParts, standing: Standing<Caller>): Badges<Caller> {
  return { ...classPart(parts, standing), ...awardPart(parts, standing), ...readPart(parts, standing) };
}

type ClassPart =
  | "version"
  | "createClass"
  | "reviseClass"
  | "archiveClass"
  | "restoreClass"
  | "class"
  | "classes"
  | "keepImage"
  | "image";

function classPart<Caller>(parts: AwardingParts, { client }: Standing<Caller>): Pick<Badges<Caller>, ClassPart> {
  const { store, issuers } = parts;
  const acting = (caller: Caller, named: string) => actingFor(parts, named, client(caller, "classes:write"));
  const own = (caller: Caller) => acting(caller, client(caller, "classes:write").organization);
  return {
    createClass: async (caller, org, definition, name) =>
      classView(await createClass(parts, await acting(caller, org), definition, name)),
    reviseClass: async (caller, document, definition) =>
      classView(await reviseClass(parts, await own(caller), document, definition)),
    archiveClass: async (caller, document) => classView(await archiveClass(parts, await own(caller), document)),
    restoreClass: async (caller, document) => classView(await restoreClass(parts, await own(caller), document)),
    class: async (document) => {
      const found = await store.findClass(document);
      ensure(found, "NOT_FOUND");
      return classView(found);
    },
    version: async (document, version) => {
      const found = await store.findVersion(document, version);
      ensure(found, "NOT_FOUND");
      return { id: document, ...found, createdAt: iso(found.createdAt) };
    },
    classes: async (org, archived, page) => {
      const found = await store.classesOf((await issuers.find(org)).document, { archived, ...page });
      return found.map((each) => ({ seq: each.seq, view: classView(each) }));
    },
    keepImage: async (caller, org, sent) => {
      const { issuer } = await acting(caller, org);
      return keepImage(parts, issuer.document, sent);
    },
    image: async (digest) => {
      const found = await store.findImage(digest);
      ensure(found, "NOT_FOUND");
      return { type: found.type, bytes: fromBase64url(found.bytes)! };
    },
  };
}

type AwardPart = "award" | "batch" | "revokeAll" | "change" | "amend" | "correct" | "resend" | "endorse";

function awardPart<Caller>(parts: AwardingParts, { client }: Standing<Caller>): Pick<Badges<Caller>, AwardPart> {
  const acting = (caller: Caller, named: string) => actingFor(parts, named, client(caller, "awards:write"));
  const own = (caller: Caller) => acting(caller, client(caller, "awards:write").organization);
  const view = async (document: string): Promise<AwardView> => {
    return { ...(await awardViews(parts, [document], parts.clock()))[0]!, personal: null };
  };
  return {
    award: async (caller, org, asked) => {
      const [outcome] = await awardAll(parts, await acting(caller, org), [asked]);
      if ("error" in outcome!) throw outcome.error;
      return outcome!.done;
    },
    batch: async (caller, org, dryRun) => awardBatch(parts, await acting(caller, org), dryRun),
    revokeAll: async (caller, org, selection, terms) => revokeBatch(parts, await acting(caller, org), selection, terms),
    change: async (caller, document, { type, ...input }, again = false) => {
      const issuer = await own(caller);
      // What the attempt before has come to is not refused for being done.
      const done = again && isDone[type](await ownAward(parts, issuer, document));
      if (!done) await changeAward(parts, issuer, document, type, input as JsonObject);
      return view(document);
    },
    endorse: async (caller, org, request) => endorseAward(parts, await acting(caller, org), request),
    amend: async (caller, document, amendment) => {
      await amendAward(parts, await own(caller), document, amendment);
      return view(document);
    },
    correct: async (caller, document, correction) => correctAward(parts, await own(caller), document, correction),
    resend: async (caller, document) => resendAward(parts, await own(caller), document),
  };
}

/** Whether an award is as a change would have it. */
const isDone: Record<AwardChange["type"], (state: AwardState) => boolean> = {
  REVOKE: ({ end }) => end?.as === "revoked" && end.by === "issuer",
  SUSPEND: ({ end, suspension }) => !end && suspension !== null,
  REINSTATE: ({ end, suspension }) => !end && suspension === null,
  CANCEL: ({ end }) => end?.as === "cancelled",
};

type ReadPart = "awards" | "get" | "personal" | "erase";

function readPart<Caller>(parts: AwardingParts, standing: Standing<Caller>): Pick<Badges<Caller>, ReadPart> {
  const { store, issuers, clock, keys } = parts;
  const concerns = async (caller: Caller, document: string, to: "read" | "erase"): Promise<void> => {
    const { organization, subject, test } = await foundState(parts, document);
    if (subject !== "" && subject === standing.wallet(caller)) return;
    const may = await standing.reader(caller, organization, to);
    ensure(may.test === undefined || may.test === test, "NOT_FOUND");
  };
  return {
    awards: async (caller, org, { email, ...filter }, { after, limit, latest }) => {
      const { document: organization } = await issuers.find(org);
      const may = await standing.reader(caller, organization, "read");
      const lookup = email === undefined ? undefined : emailLookup(keys, email);
      const found = await store.awards({ ...filter, ...may, organization, lookup }, after, limit, latest);
      const views = await awardViews(
        parts,
        found.map(({ document }) => document),
        clock(),
      );
      return views.map((view, i) => ({ seq: found[i]!.seq, view }));
    },
    get: async (caller, document) => {
      await concerns(caller, document, "read");
      return (await awardViews(parts, [document], clock()))[0]!;
    },
    personal: async (caller, document) => {
      try {
        await concerns(caller, document, "read");
      } catch (error) {
        if (error instanceof Failure && error.code === "FORBIDDEN") return null;
        throw error;
      }
      return (await awardViews(parts, [document], clock()))[0]!.personal;
    },
    erase: async (caller, document) => {
      await concerns(caller, document, "erase");
      await eraseAward(parts, document);
    },
  };
}

/** The award stays in the log, which names nobody; its texts and its contact go. */
async function eraseAward({ store, erased }: AwardingParts, document: string): Promise<void> {
  await store.erase(document);
  await erased?.(document);
}
