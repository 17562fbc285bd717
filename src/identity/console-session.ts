import { ensure } from "../kernel/failure.ts";
import { type Clock, iso, type Millis, minute } from "../kernel/time.ts";
import { appPoint } from "./app-key.ts";
import type { Did } from "./did.ts";
import { codeOf, shownCode } from "./short-code.ts";

/** `ready` until the client has fetched it, then `read`; `closed` by the client itself. */
export type ConsoleStatus = "pending" | "ready" | "read" | "denied" | "closed";

/** A session as it is kept: `connect` is the key that it was opened for, once that is known. */
export type ConsoleRecord = {
  id: string;
  connect: Did | undefined;
  /** What the client called the app, a claim. */
  app: string | undefined;
  status: ConsoleStatus;
  /** The document of the credential that completed it. */
  credential: string | undefined;
  createdAt: Millis;
  expiresAt: Millis;
};

export type ConsoleStore = {
  /** Keeps a session unless one of this id is kept, and forgets a bounded number of those that have run out. */
  add(session: ConsoleRecord, now: Millis): Promise<boolean>;
  /** One that has not run out. */
  find(id: string, now: Millis): Promise<ConsoleRecord | undefined>;
  /** Says once for which key the session is; later calls change nothing. */
  bind(id: string, connect: Did, app: string | undefined): Promise<void>;
  /** From pending to ready; of any number of callers one gets true. */
  complete(id: string, credential: string, now: Millis): Promise<boolean>;
  /** From pending to denied, or from whatever it is to closed. */
  end(id: string, status: "denied" | "closed", now: Millis): Promise<boolean>;
  /** From ready to read; of any number of callers one gets the document of the credential. */
  take(id: string, now: Millis): Promise<string | undefined>;
};

/** A session as a page shows it: who asks, and the code to compare. */
export type ConsoleSession = {
  id: string;
  connect: Did;
  app: string | null;
  /** Letters that follow from the id and the key, so that whoever asked can show the same. */
  code: string;
  status: ConsoleStatus;
  /** RFC 3339. */
  createdAt: string;
  expiresAt: string;
};

/** A credential that is in force now, with the key that it names. */
export type LiveCredential = { document: string; user: Did; key: Did };

export type ConsoleSessions = {
  /** Keeps a pending session; false where one stands already. Refuses with INVALID_REQUEST. */
  begin(id: string): Promise<boolean>;
  /**
   * What a page does when it is opened: begins the session where there is none and binds it to the key that asks.
   * Refuses with INVALID_REQUEST, INVALID_DID, and ALREADY_SET where it was opened for another key.
   */
  open(id: string, connect: Did, app?: string | undefined): Promise<ConsoleSession>;
  /** Undefined where there is none, where it has run out, and while it is bound to no key. */
  get(id: string): Promise<ConsoleSession | undefined>;
  /** Refuses with NOT_FOUND, ALREADY_SET (completed, denied or closed before) and FORBIDDEN (no such live credential). */
  complete(id: string, credentialDocument: string): Promise<void>;
  /** Refuses with NOT_FOUND where nothing is pending. */
  deny(id: string): Promise<void>;
  /** The client gives up: the id serves no more. */
  close(id: string): Promise<void>;
  /** The document of the credential, once. */
  take(id: string): Promise<string | undefined>;
};

/** How long a client asks for its result. */
export const consoleLife = 5 * minute;

/** Characters of what the client calls the app. */
const maxApp = 256;

export type ConsoleParts = {
  store: ConsoleStore;
  clock: Clock;
  /** Undefined for what is unknown, has ended or names no key. */
  liveCredential(document: string): Promise<LiveCredential | undefined>;
};

/** Who knows the id gets the result, so it must not be guessed: a UUID has 36 characters. */
export function isConsoleId(id: string): boolean {
  return /^[A-Za-z0-9_-]{20,128}$/.test(id);
}

/** Sessions by which a command line waits for what a person does in a browser. */
export function createConsole({ store, clock, liveCredential }: ConsoleParts): ConsoleSessions {
  const find = async (id: string) => (isConsoleId(id) ? store.find(id, clock()) : undefined);
  const begin = async (id: string) => {
    ensure(isConsoleId(id), "INVALID_REQUEST", "A session id has 20 to 128 of A-Z, a-z, 0-9, - and _.");
    return store.add(fresh(id, clock()), clock());
  };
  return {
    begin,
    open: async (id, connect, app) => {
      appPoint(connect);
      await begin(id);
      await store.bind(id, connect, app?.slice(0, maxApp));
      const session = await find(id);
      ensure(session, "NOT_FOUND");
      ensure(session.connect === connect, "ALREADY_SET", "The session was opened for another key.");
      return sessionOf(session, connect);
    },
    get: async (id) => {
      const session = await find(id);
      return session?.connect === undefined ? undefined : sessionOf(session, session.connect);
    },
    complete: async (id, document) => {
      const session = await find(id);
      ensure(session?.connect !== undefined, "NOT_FOUND");
      ensure(session.status === "pending", "ALREADY_SET", "The session has its answer already.");
      const credential = await liveCredential(document);
      ensure(
        credential?.key === session.connect,
        "FORBIDDEN",
        "No live credential of this id names the key that asks.",
      );
      ensure(await store.complete(id, document, clock()), "ALREADY_SET", "The session has its answer already.");
    },
    deny: async (id) => ensure((await find(id)) && (await store.end(id, "denied", clock())), "NOT_FOUND"),
    close: async (id) => void ((await find(id)) && (await store.end(id, "closed", clock()))),
    take: async (id) => (isConsoleId(id) ? store.take(id, clock()) : undefined),
  };
}

/** The letters to compare; a client can compute them from what it opened the session with. */
export function consoleCode(id: string, connect: Did): string {
  return shownCode(codeOf(`renown-console-1 ${id} ${connect}`));
}

function fresh(id: string, now: Millis): ConsoleRecord {
  return {
    id,
    connect: undefined,
    app: undefined,
    status: "pending",
    credential: undefined,
    createdAt: now,
    expiresAt: now + consoleLife,
  };
}

function sessionOf({ id, app, status, createdAt, expiresAt }: ConsoleRecord, connect: Did): ConsoleSession {
  const code = consoleCode(id, connect);
  return { id, connect, app: app ?? null, code, status, createdAt: iso(createdAt), expiresAt: iso(expiresAt) };
}
