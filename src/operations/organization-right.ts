import type { Did } from "../identity/did.ts";
import type { Entry } from "./entry.ts";

/** What a member of an organisation may do, from most to least. */
export type Role = "owner" | "admin" | "issuer" | "arbiter" | "viewer";

/**
 * What an entry of an organisation's log gives, and to whom: a member, a key of its own, or a client of its API; or the
 * fields that it attests in, by their ids.
 */
export type Right = {
  /** The organisation's document. */
  organization: string;
  /** Digest of the entry. */
  entry: string;
} & (
  | { member: Did; role: Role }
  | { key: Did }
  | { client: string; scopes: readonly string[]; mode: "live" | "test" }
  | { fields: readonly string[] }
);

/** Reads what an entry gives; undefined where it gives nothing of the kind. Whether it still stands is known elsewhere. */
export type Rights = (ground: Entry) => Right | undefined;
