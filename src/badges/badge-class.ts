import { z } from "zod";
import { ensure } from "../kernel/failure.ts";
import { canonicalJson, type JsonObject } from "../kernel/json.ts";
import { readAs } from "../kernel/misfit.ts";
import { ensureActs, keepRights, keyGround } from "../operations/acting-right.ts";
import { createDocumentRule } from "../operations/create-document.ts";
import type { Entry } from "../operations/entry.ts";
import { restsOn } from "../operations/grounds.ts";
import { type ActionRule, type Deed, type DocumentKind, here, type Projection, type Row } from "../operations/kind.ts";
import type { Rights } from "../operations/organization-right.ts";
import { type ClassDefinition, classDefinition } from "./class-definition.ts";

export const badgeClassKind = "renown/badge-class";

/** Versions that one class may come to: each is kept, because awards were made under it. */
export const maxVersions = 1_000;

/** A version of a class: its entry is what awards under it rest on. */
export type ClassVersion = {
  /** From 1. */
  version: number;
  /** Digest of the entry that gives it now, and of the operation in it, by which `restsOn` names it. */
  entry: string;
  operation: string;
  definition: ClassDefinition;
  /** Digest of the entry whose version this one has taken the place of, "" for none. */
  replaced: string;
};

export type ClassState = {
  /** The organisation's document, "" before INIT. */
  organization: string;
  /** The version that awards are made under; null before INIT. */
  current: ClassVersion | null;
  archived: boolean;
  /** Whether it is for trying out: then its awards are tests, too. */
  test: boolean;
  /** Admission of the first and of the last entry, "" before. */
  createdAt: string;
  updatedAt: string;
};

/** What an entry of a class gives to awards. */
export type ClassGround = {
  document: string;
  organization: string;
  version: number;
  definition: ClassDefinition;
  test: boolean;
};

/**
 * What an organisation awards: a definition in versions, of which only the latest gives awards, and none while it is
 * archived. Refuses with FORBIDDEN, WRONG_ORGANIZATION, ALREADY_INITIALIZED, NOT_INITIALIZED, ARCHIVED, UNCHANGED,
 * HEAD_MOVED, INVALID_INPUT.
 */
export function badgeClass(parts: { rightOf: Rights }): DocumentKind<ClassState> {
  const rightOf = keepRights(parts.rightOf);
  return {
    name: badgeClassKind,
    ids: ["created"],
    order: "strict",
    actions: {
      CREATE_DOCUMENT: { ...createDocumentRule(badgeClassKind), bindings: ["full"], open: false },
      ...classActions,
    },
    initial: () => ({ organization: "", current: null, archived: false, test: false, createdAt: "", updatedAt: "" }),
    byKey: (_state, { app }, grounds) => keyGround(rightOf, app, grounds),
    decide: (state, deed) => decide(state, deed, rightOf),
    evolve,
    project,
    view,
  };
}

/** What an entry of a class's log gives to awards, undefined for nothing; what was admitted is read as it stands. */
export function classGroundOf({ kind, document, action }: Entry): ClassGround | undefined {
  const gives = kind === badgeClassKind && versionActions.includes(action.type);
  if (!gives) return undefined;
  const { organization, version = 1, definition, test = false } = action.input as unknown as ClassInput;
  return { document, organization, version, definition, test };
}

const versionActions = ["INIT", "REVISE", "RESTORE"];

const place = { restsOn, organization: z.string().min(1).max(64) };
const given = { ...place, definition: classDefinition, test: z.literal(true).optional() };
// Version and organisation are named, so that the entry says by itself what it gives.
const versioned = z.strictObject({ ...given, version: z.int().min(1).max(maxVersions) });

const classActions: Record<string, ActionRule> = {
  INIT: rule(z.strictObject(given)),
  REVISE: rule(versioned),
  ARCHIVE: rule(z.strictObject({ restsOn })),
  RESTORE: rule(versioned),
};

function rule(input: ActionRule["input"]): ActionRule {
  return { input, bindings: ["full"], open: false, rests: true };
}

type ClassInput = { organization: string; version?: number; definition: ClassDefinition; test?: true };

function decide(state: ClassState, deed: Deed, rightOf: Rights): void {
  const input = deed.input as unknown as ClassInput;
  const opens = deed.type === "INIT";
  ensure(opens === (state.current === null), opens ? "ALREADY_INITIALIZED" : "NOT_INITIALIZED");
  const { organization, test = false } = opens ? input : state;
  ensureActs(deed, rightOf, { organization, roles: ["owner", "admin"], scope: "classes:write", test });
  if (opens || state.current === null) return;
  if (deed.type === "ARCHIVE") {
    ensure(!state.archived, "UNCHANGED", "The class is archived already.");
    return;
  }
  ensure(input.organization === state.organization, "WRONG_ORGANIZATION");
  ensure((input.test ?? false) === state.test, "INVALID_INPUT", "test stays as it was.");
  if (deed.type === "REVISE") decideRevision(state, state.current, input);
  else decideReturn(state, state.current, input);
}

function decideRevision({ archived }: ClassState, { version, definition }: ClassVersion, input: ClassInput): void {
  ensure(!archived, "ARCHIVED");
  ensure(input.version === version + 1, "INVALID_INPUT", `The next version is ${version + 1}.`);
  ensure(!sameDefinition(input.definition, definition), "UNCHANGED");
  const kept = input.definition.suspendable === definition.suspendable;
  ensure(kept, "INVALID_INPUT", "Whether awards may be suspended stays as it was: make another class for it.");
}

function decideReturn({ archived }: ClassState, { version, definition }: ClassVersion, input: ClassInput): void {
  ensure(archived, "UNCHANGED", "The class is not archived.");
  const same = input.version === version && sameDefinition(input.definition, definition);
  ensure(same, "INVALID_INPUT", `A class comes back as it was: version ${version}, with the same definition.`);
}

function sameDefinition(one: ClassDefinition, other: ClassDefinition): boolean {
  return canonicalOf(one) === canonicalOf(other);
}

function canonicalOf(definition: ClassDefinition): string {
  return canonicalJson(definition as unknown as JsonObject);
}

function evolve(state: ClassState, entry: Entry): ClassState {
  const { type } = entry.action;
  const read = Object.hasOwn(classActions, type) ? readAs(classActions[type]!.input, entry.action.input) : undefined;
  if (read === undefined) return state;
  const at = entry.admittedAt;
  if (type === "ARCHIVE") return state.current ? { ...state, archived: true, updatedAt: at } : state;
  const { organization, version = 1, definition, test = false } = read as ClassInput;
  const replaced = type === "REVISE" ? (state.current?.entry ?? "") : "";
  const current = { version, entry: entry.digest, operation: entry.operation, definition, replaced };
  return { organization, current, archived: false, test, createdAt: state.createdAt || at, updatedAt: at };
}

function project(state: ClassState, entry: Entry): Projection {
  const { current } = state;
  if (current === null || entry.action.scope !== "global") return { rows: [], claims: [] };
  const rows = [classRow(state, current, entry)];
  if (entry.digest === current.entry) rows.push(...versionRows(current, entry));
  else rows.push({ table: "grants", key: { entry: current.entry }, set: { ended: here } });
  return { rows, claims: [] };
}

function classRow(state: ClassState, current: ClassVersion, { document, action }: Entry): Row {
  const { version, entry, operation, definition } = current;
  const first: Row["set"] =
    action.type === "INIT" ? { created_seq: here, created_at: Date.parse(state.createdAt) } : {};
  const set: Row["set"] = {
    organization: state.organization,
    name: definition.name,
    version,
    entry,
    operation,
    archived: state.archived ? 1 : 0,
    test: state.test ? 1 : 0,
    updated_at: Date.parse(state.updatedAt),
    ...first,
  };
  return { table: "badge_classes", key: { document }, set };
}

/** By the version that another takes the place of, nothing is awarded any more. */
function versionRows({ version, entry, operation, definition, replaced }: ClassVersion, giver: Entry): Row[] {
  const key = { document: giver.document, version: String(version) };
  const created_at = Date.parse(giver.admittedAt);
  const ended: Row[] = replaced ? [{ table: "grants", key: { entry: replaced }, set: { ended: here } }] : [];
  return [
    ...ended,
    { table: "grants", key: { entry }, set: { seq: here, ended: null } },
    {
      table: "badge_class_versions",
      key,
      set: { entry, operation, definition: JSON.stringify(definition), created_at },
    },
  ];
}

function view({ organization, current, archived, test, createdAt, updatedAt }: ClassState): JsonObject {
  return {
    organization,
    version: current?.version ?? 0,
    operation: current?.operation ?? "",
    definition: (current?.definition ?? null) as JsonObject | null,
    archived,
    test,
    createdAt,
    updatedAt,
  };
}
