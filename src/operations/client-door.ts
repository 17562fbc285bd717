import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { type Clock, hour, iso, type Millis } from "../kernel/time.ts";
import { readClientRun, type UnsignedAction } from "./client-actions.ts";
import { assignedId } from "./document-id.ts";
import { type Document, type Kinds, kindOf, openDocument, viewOf } from "./fold.ts";
import type { Reactor } from "./reactor.ts";

/** An id that somebody asked for: it stands in no log, and is forgotten unless its first action comes in time. */
export type AskedDocument = { id: string; kind: string; askedAt: Millis };

export type AskedStore = {
  /** Remembers an id for `askedLife`, and forgets a bounded number of those whose time is over. */
  add(asked: AskedDocument, expiresAt: Millis): Promise<void>;
  find(id: string, now: Millis): Promise<AskedDocument | undefined>;
};

/** How long an id that was only asked for is remembered. */
export const askedLife = hour;

/** A document as clients of Powerhouse know it. */
export type ClientDocument = {
  id: string;
  kind: string;
  state: JsonObject;
  /** Entries per scope. */
  revision: Record<string, number>;
  /** RFC 3339. */
  createdAt: string;
  updatedAt: string;
};

/** Unsigned actions on a document of one kind. `fresh` where nothing stands in its log yet. */
export type UnsignedRun<Caller> = {
  document: string;
  fresh: boolean;
  actions: readonly UnsignedAction[];
  caller: Caller;
};

/** Lets unsigned actions in, or refuses them: each kind knows by what right. */
export type UnsignedDoor<Caller> = (run: UnsignedRun<Caller>) => Promise<void>;

export type ClientDoor<Caller> = {
  /** Hands out an id for a document of a kind. Refuses with UNKNOWN_KIND. */
  createEmpty(kind: string): Promise<ClientDocument>;
  /**
   * Takes what a client sends for a document: signed actions go through the corridor as they are, unsigned ones through
   * the door of their kind. Refuses with UNKNOWN_DOCUMENT and what these refuse with.
   */
  execute(document: string, actions: readonly unknown[], caller: Caller): Promise<ClientDocument>;
};

export type ClientDoorParts<Caller> = {
  reactor: Reactor;
  kinds: Kinds;
  asked: AskedStore;
  clock: Clock;
  /** By kind; unsigned actions on others are refused. */
  doors: ReadonlyMap<string, UnsignedDoor<Caller>>;
};

/** The way in for clients that send actions and know no signatures. */
export function createClientDoor<Caller>(parts: ClientDoorParts<Caller>): ClientDoor<Caller> {
  const { reactor, kinds, asked, clock, doors } = parts;
  return {
    createEmpty: async (name) => {
      const kind = kindOf(kinds, name);
      ensure(kind.ids.includes("assigned") && doors.has(name), "UNKNOWN_KIND", "Documents of this kind are signed.");
      const empty = { id: assignedId(), kind: name, askedAt: clock() };
      await asked.add(empty, empty.askedAt + askedLife);
      return { ...shown(openDocument(empty.id, kind, undefined)), ...shownTimes(iso(empty.askedAt)) };
    },
    execute: async (id, actions, caller) => {
      const run = readClientRun(actions);
      const known = await found(reactor, id);
      const kind = known?.kind.name ?? (await asked.find(id, clock()))?.kind;
      // Clients of Powerhouse know these kinds; others have doors of their own, which know what is concealed.
      const door = kind === undefined ? undefined : doors.get(kind);
      ensure(kind !== undefined && door, "UNKNOWN_DOCUMENT");
      if ("unsigned" in run) {
        await door({ document: id, fresh: known === undefined, actions: run.unsigned, caller });
      } else if (known) await reactor.submit(id, run.signed);
      else await reactor.openAssigned(id, kind, run.signed);
      return shown(await reactor.document(id));
    },
  };
}

async function found(reactor: Reactor, id: string): Promise<Document | undefined> {
  try {
    return await reactor.document(id);
  } catch (error) {
    if (error instanceof Failure && error.code === "UNKNOWN_DOCUMENT") return undefined;
    throw error;
  }
}

function shown(document: Document): ClientDocument {
  const { id, kind, genesis, head } = document;
  const updatedAt = head.timestampUtcMs || genesis.timestampUtcMs;
  return {
    id,
    kind: kind.name,
    state: viewOf(document),
    revision: { document: genesis.length, global: head.length },
    createdAt: genesis.timestampUtcMs || updatedAt,
    updatedAt,
  };
}

function shownTimes(time: string) {
  return { createdAt: time, updatedAt: time };
}
