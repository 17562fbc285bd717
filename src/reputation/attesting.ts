import { z } from "zod";
import { digestOf } from "#primitives";
import type { Did } from "../identity/did.ts";
import { keyedDigest } from "../identity/sealing.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { foldAccount } from "../identity/subject-did.ts";
import { base64url, fromBase64url, hex } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { asText, canonicalJson, isObject, type JsonObject } from "../kernel/json.ts";
import { expectingTime } from "../kernel/misfit.ts";
import { type Clock, iso, parseNamedTime } from "../kernel/time.ts";
import { derivedId } from "../operations/document-id.ts";
import { type LoggedEntry, operationDigest } from "../operations/entry.ts";
import type { GroundName } from "../operations/grounds.ts";
import { type Action, parseAction, placeAction } from "../operations/operation.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { Receipt } from "../operations/receipt.ts";
import { signOperation } from "../operations/sign.ts";
import type { Signer } from "../operations/signature.ts";
import type { OperationStore } from "../operations/store.ts";
import type { Disclosure } from "../securing/disclosure.ts";
import { fieldName, valueText, workNamed } from "./attestation-inputs.ts";
import { factKinds } from "./fact.ts";
import { reputationKind } from "./reputation-state.ts";
import {
  checkDisclosures,
  discloseTexts,
  keepTexts,
  type SealedText,
  type TextStore,
  type Texts,
  textMembers,
} from "./texts.ts";

/** What reputation asks of organisations. */
export type Attesters = {
  /** By slug or document; refuses with NOT_FOUND. */
  find(named: string): Promise<{ document: string; slug: string; name: string }>;
  /** Its own P-256 key that is kept here, and the entry that made it its own; undefined where it has none. */
  keyOf(organization: string): Promise<{ signer: Signer; ground: GroundName } | undefined>;
  /** The entry that lists one of its fields now; undefined where none does. */
  fieldOf(organization: string, field: string): Promise<GroundName | undefined>;
};

/** A client of an organisation's API, as its token proves it; `operation` is that of the entry which gives the right. */
export type AttestingClient = { organization: string; operation: string; mode: "live" | "test" };

export type AttestingParts = {
  realm: string;
  keys: ServiceKeys;
  clock: Clock;
  reactor: Pick<Reactor, "submit">;
  store: Pick<OperationStore, "entryOfAction" | "entryOfOperation">;
  attesters: Attesters;
  texts: TextStore;
};

/** What a client asks to be attested. What it rests on is named, or told by `url`, which is personal text. */
export const attestationRequest = z.strictObject({
  kind: z.enum(factKinds),
  field: fieldName,
  value: valueText,
  work: workNamed.optional(),
  /** Moments (RFC 3339). */
  validFrom: z.string(expectingTime).max(64).optional(),
  validUntil: z.string(expectingTime).max(64).optional(),
  ...textMembers,
});

export type AttestationRequest = z.output<typeof attestationRequest>;

/** What whoever attested is told; the same each time it is asked for under the same key. */
export type Attested = { attestation: string; document: string; subject: string; seq: number; admittedAt: string };

/** For whom the service signs, by which key, and what that rests on. */
export type ActingAttester = { organization: string; signer: Signer; restsOn: readonly GroundName[] };

/** What a client asks of the service to be signed on a subject's document, and the key by which it is done once. */
export type Wanted = {
  type: "ATTEST" | "RETRACT" | "RESPOND";
  subject: string;
  input: JsonObject;
  said: Texts;
  key: string;
};

/**
 * By what key the service signs for a client, and what that rests on. Refuses with NOT_FOUND what is another's, with
 * FORBIDDEN a client for trying out, and with NO_KEY.
 */
export async function attesterFor(
  { attesters }: Pick<AttestingParts, "attesters">,
  named: string,
  client: AttestingClient,
): Promise<ActingAttester> {
  const { document } = await attesters.find(named);
  ensure(document === client.organization, "NOT_FOUND");
  ensure(client.mode === "live", "FORBIDDEN", "A client for trying out attests nothing.");
  const key = await attesters.keyOf(document);
  ensure(key, "NO_KEY", "The organisation has no P-256 key that is kept here.");
  return {
    organization: document,
    signer: key.signer,
    restsOn: [key.ground, { document, operation: client.operation }],
  };
}

/** Attests in an organisation's name. Refuses with INVALID_INPUT where it does not list the field, and as the kind does. */
export async function attest(
  parts: AttestingParts,
  acting: ActingAttester,
  subject: string,
  request: AttestationRequest,
  key: string,
): Promise<Attested> {
  const { kind, field, value, work, validFrom, validUntil, ...said } = request;
  const listed = await parts.attesters.fieldOf(acting.organization, field);
  ensure(listed, "INVALID_INPUT", "The field is none of those that the organisation lists.");
  const named = work ?? (said.url === undefined ? undefined : { type: "url", id: "" });
  const input: JsonObject = {
    organization: acting.organization,
    field,
    kind,
    value,
    standing: "organization",
    ...(named && { work: named }),
    ...(validFrom !== undefined && { validFrom: iso(parseNamedTime("validFrom", validFrom)) }),
    ...(validUntil !== undefined && { validUntil: iso(parseNamedTime("validUntil", validUntil)) }),
  };
  return submitOnce(parts, acting, [listed], { type: "ATTEST", subject: foldAccount(subject), input, said, key });
}

/** Takes back, or answers a dispute, in the name of the organisation that attested. NOT_FOUND. */
export async function followUp(
  parts: AttestingParts,
  acting: ActingAttester,
  entry: LoggedEntry,
  { type, said, key }: Pick<Wanted, "type" | "said" | "key">,
): Promise<Attested> {
  const { subject, organization } = entry.action.input;
  ensure(organization === acting.organization, "NOT_FOUND");
  const { document, operation } = entry;
  const input = { attestation: operation, ...(type === "RETRACT" && { ends: [entry.digest] }) };
  return submitOnce(parts, acting, [{ document, operation }], { type, subject: asText(subject), input, said, key });
}

/**
 * Takes an operation on a subject's document that arrives signed, with what it discloses. Refuses with INVALID_INPUT
 * what does not fit together, and as the corridor does.
 */
export async function submitSigned(
  parts: AttestingParts,
  subject: string,
  action: Readonly<Record<string, unknown>>,
  brought: readonly string[],
): Promise<Receipt> {
  const document = documentOf(parts, foldAccount(subject));
  const { input } = action;
  const committed = isObject(input) && Array.isArray(input._sd) ? input._sd.map(asText) : [];
  const disclosures = checkDisclosures(brought, committed, digestOf);
  return submitWithTexts(parts, document, action, disclosures);
}

/** The document of a subject's reputation. */
export function documentOf({ realm }: Pick<AttestingParts, "realm">, subject: string): string {
  return derivedId(realm, reputationKind, subject as Did);
}

/**
 * Signs and submits, once for each key: the action id and the salts follow from it, so that a second attempt finds what
 * the first has done. Refuses with IDEMPOTENCY_KEY_REUSED where the key stands for something else.
 */
async function submitOnce(
  parts: AttestingParts,
  acting: ActingAttester,
  grounds: readonly GroundName[],
  { type, subject, input, said, key }: Wanted,
): Promise<Attested> {
  const name = `${acting.organization} ${subject} ${type} ${key}`;
  const id = actionIdOf(parts.keys, name);
  const salt = (text: string) => saltOf(parts.keys, `${name} ${text}`);
  const disclosures = discloseTexts(said, salt);
  const digests = disclosures.map(({ digest }) => digest);
  const whole: JsonObject = { subject, ...input, ...(digests.length > 0 && { _sd: digests }) };
  const document = documentOf(parts, subject);
  const before = await madeBefore(parts, document, id, whole);
  if (before) return attestedOf(before, subject);
  // What it acts on stands first: the kind reads it there.
  const restsOn = type === "ATTEST" ? [...acting.restsOn, ...grounds] : [...grounds, ...acting.restsOn];
  const intent = { document, kind: reputationKind, type, input: { ...whole, restsOn }, user: "", id } as const;
  const { action } = await signOperation(intent, acting.signer, parts.clock());
  try {
    return attestedOf(await submitWithTexts(parts, document, action, disclosures), subject);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "ACTION_ID_REUSED") throw error;
    const made = await madeBefore(parts, document, id, whole);
    if (!made) throw error;
    return attestedOf(made, subject);
  }
}

/** Texts are durable before what commits to them, kept once it is proved, and taken back where it is refused then. */
async function submitWithTexts(
  { keys, clock, reactor, texts: store }: AttestingParts,
  document: string,
  action: Action | Readonly<Record<string, unknown>>,
  disclosures: readonly Disclosure[],
): Promise<Receipt> {
  let kept: readonly SealedText[] = [];
  const keep = async () => {
    const place = { document, kind: reputationKind, branch: "main" };
    const operation = operationDigest(placeAction(parseAction(action), place));
    kept = await keepTexts({ keys, store }, { document, operation }, disclosures, clock());
  };
  try {
    const proved = disclosures.length > 0 ? keep : undefined;
    return (await reactor.submit(document, [action], reputationKind, proved))[0]!;
  } catch (error) {
    // It may stand in the log: nobody knows what became of it.
    const unknown = !(error instanceof Failure) || error.code === "UNAVAILABLE";
    if (!unknown && kept.length > 0) await store.withdraw(kept);
    throw error;
  }
}

async function madeBefore(
  { store }: AttestingParts,
  document: string,
  id: string,
  asked: JsonObject,
): Promise<LoggedEntry | undefined> {
  const made = await store.entryOfAction(document, id);
  if (!made) return undefined;
  // What it rested on then is not what it would rest on now.
  const { restsOn: _, ...input } = made.action.input;
  ensure(canonicalJson(input) === canonicalJson(asked), "IDEMPOTENCY_KEY_REUSED");
  return made;
}

function attestedOf(
  { operation, document, seq, admittedAt }: Pick<Receipt, "operation" | "document" | "seq" | "admittedAt">,
  subject: string,
): Attested {
  return { attestation: operation, document, subject, seq, admittedAt };
}

/** 122 bits that only this service can make of a name, spelt as a random UUID. */
function actionIdOf(keys: ServiceKeys, name: string): string {
  const bytes = fromBase64url(keyedDigest(keys, "attestation id", name))!.slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const text = hex(bytes);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

/** 128 bits, the same for the same text of the same request. */
function saltOf(keys: ServiceKeys, name: string): string {
  return base64url(fromBase64url(keyedDigest(keys, "attestation salt", name))!.slice(0, 16));
}
