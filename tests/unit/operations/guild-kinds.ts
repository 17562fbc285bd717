import { z } from "zod";
import { ensure } from "../../../src/kernel/failure.ts";
import { createDocumentRule } from "../../../src/operations/create-document.ts";
import { restsOn } from "../../../src/operations/grounds.ts";
import { type DocumentKind, here } from "../../../src/operations/kind.ts";

/** A kind that gives keys a right, as organisations do, and one whose actions rest on it, as those of badges do. */
export const guildKind = "test/guild";
export const workKind = "test/work";

type Guild = { keys: Record<string, string>; ended: string | null };

const create = (kind: string) => ({ ...createDocumentRule(kind), bindings: ["full"] as const, open: false });
const keyInput = z.strictObject({ key: z.string() });

export const guild: DocumentKind<Guild> = {
  name: guildKind,
  ids: ["created"],
  order: "strict",
  actions: {
    CREATE_DOCUMENT: create(guildKind),
    GIVE: { input: keyInput, bindings: ["full"], open: false },
    END: { input: keyInput, bindings: ["full"], open: false },
  },
  initial: () => ({ keys: {}, ended: null }),
  decide: () => {},
  evolve: (state, { action, digest }) => {
    const key = action.input.key as string;
    if (action.type === "GIVE") return { keys: { ...state.keys, [key]: digest }, ended: null };
    return { ...state, ended: state.keys[key] ?? null };
  },
  project: ({ ended }, { action, digest }) => {
    const given = { table: "grants", key: { entry: digest }, set: { seq: here, ended: null } } as const;
    const over = { table: "grants", key: { entry: ended ?? "" }, set: { ended: here } } as const;
    if (action.type === "GIVE") return { rows: [given], claims: [] };
    return { rows: ended === null ? [] : [over], claims: [] };
  },
  view: (state) => ({ ...state }),
};

export const work: DocumentKind<{ done: number }> = {
  name: workKind,
  ids: ["created"],
  order: "strict",
  actions: {
    CREATE_DOCUMENT: create(workKind),
    DO: { input: z.strictObject({ restsOn, what: z.string() }), bindings: ["full"], open: false, rests: true },
  },
  initial: () => ({ done: 0 }),
  byKey: (_state, { app }, grounds) => grounds.find(({ action }) => action.input.key === app)?.digest,
  decide: (_state, { grounds, actor }) => {
    ensure(grounds.length > 0, "FORBIDDEN", "It rests on nothing.");
    if (actor.user === "") ensure(actor.authority.by === "organization", "FORBIDDEN");
  },
  evolve: (state, { action }) => (action.type === "DO" ? { done: state.done + 1 } : state),
  project: () => ({ rows: [], claims: [] }),
  view: (state) => ({ ...state }),
};

export const guildKinds = [guild, work] as unknown as DocumentKind[];
