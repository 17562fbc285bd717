import { sha256 } from "#primitives";
import { hex } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { iso } from "../kernel/time.ts";
import { signOpening, signOperation } from "../operations/sign.ts";
import type { ClassRecord } from "./award-store.ts";
import type { AwardingParts } from "./awarding.ts";
import { badgeClassKind } from "./badge-class.ts";
import type { ClassDefinition } from "./class-definition.ts";
import type { Acting } from "./issuers.ts";

type Parts = Pick<AwardingParts, "realm" | "clock" | "reactor" | "store">;

/** A class as the API shows it. Times are RFC 3339. */
export type ClassView = ReturnType<typeof classView>;

/**
 * Opens a class. `name` says which request it is made for: the same once more finds what the first has made. Refuses
 * with NOT_FOUND an image that is not kept here, and with what the class itself refuses.
 */
export async function createClass(
  parts: Parts,
  acting: Acting,
  definition: ClassDefinition,
  name: string,
): Promise<ClassRecord> {
  const { reactor, realm, clock } = parts;
  await ensureImage(parts, definition);
  const now = clock();
  const id = idOf(`${acting.issuer.document} ${name}`);
  const create = await signOpening({ realm, kind: badgeClassKind, user: "", id }, acting.signer, now);
  const { document } = create;
  const organization = acting.issuer.document;
  const test = acting.test ? { test: true } : {};
  const input = { restsOn: acting.restsOn, organization, definition, ...test } as unknown as JsonObject;
  const first = await signOperation(
    { document, kind: badgeClassKind, type: "INIT", input, user: "" },
    acting.signer,
    now,
  );
  try {
    await reactor.open(create.action, badgeClassKind, [first.action]);
  } catch (error) {
    const stands = error instanceof Failure && (error.code === "ACTION_ID_REUSED" || error.code === "DOCUMENT_EXISTS");
    if (!stands) throw error;
  }
  return ownClass(parts, acting, document);
}

/** The next version of a class; refuses with NOT_FOUND what is another's. */
export async function reviseClass(parts: Parts, acting: Acting, document: string, definition: ClassDefinition) {
  await ensureImage(parts, definition);
  return change(parts, acting, document, "REVISE", ({ version, test }) => ({
    organization: acting.issuer.document,
    version: version + 1,
    definition: definition as unknown as JsonObject,
    ...(test && { test }),
  }));
}

export function archiveClass(parts: Parts, acting: Acting, document: string): Promise<ClassRecord> {
  return change(parts, acting, document, "ARCHIVE", () => ({}));
}

/** Lets a class be awarded again, as it was. */
export function restoreClass(parts: Parts, acting: Acting, document: string): Promise<ClassRecord> {
  return change(parts, acting, document, "RESTORE", ({ version, definition, test }) => ({
    organization: acting.issuer.document,
    version,
    definition: definition as unknown as JsonObject,
    ...(test && { test }),
  }));
}

export function classView({ document, organization, version, operation, definition, ...rest }: ClassRecord) {
  const { archived, test, createdAt, updatedAt } = rest;
  const times = { createdAt: iso(createdAt), updatedAt: iso(updatedAt) };
  return { id: document, organization, version, operation, definition, archived, test, ...times };
}

/** Tries of an operation whose place at the head another took. */
const maxTries = 5;

async function change(
  parts: Parts,
  acting: Acting,
  document: string,
  type: string,
  inputOf: (now: ClassRecord) => JsonObject,
): Promise<ClassRecord> {
  const { reactor, clock } = parts;
  for (let tries = 1; ; tries++) {
    const now = await ownClass(parts, acting, document);
    const { head } = await reactor.document(document);
    const input = { restsOn: acting.restsOn, ...inputOf(now) } as unknown as JsonObject;
    const intent = { document, kind: badgeClassKind, type, input, user: "", previous: head } as const;
    const { action } = await signOperation(intent, acting.signer, clock());
    try {
      await reactor.submit(document, [action]);
      return await ownClass(parts, acting, document);
    } catch (error) {
      const lost = error instanceof Failure && error.code === "HEAD_MOVED";
      if (!lost || tries >= maxTries) throw error;
    }
  }
}

async function ownClass({ store }: Parts, { issuer, test }: Acting, document: string): Promise<ClassRecord> {
  const found = await store.findClass(document);
  ensure(found?.organization === issuer.document && found.test === test, "NOT_FOUND");
  return found;
}

async function ensureImage({ store }: Parts, { image }: ClassDefinition): Promise<void> {
  if (image === null) return;
  const kept = await store.findImage(image.digest);
  ensure(kept?.type === image.type, "NOT_FOUND", "The image is not kept here: send it before the class.");
}

/** A UUID of version 4 that follows from a name. */
function idOf(name: string): string {
  const bytes = sha256(`renown class ${name}`).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
