import type { GroundName } from "../operations/grounds.ts";
import type { Signer } from "../operations/signature.ts";

/** An organisation as badges know it. */
export type Issuer = {
  /** Its document. */
  document: string;
  slug: string;
  name: string;
  /** Whether its domain says today that it is its own. */
  verified: boolean;
};

/** What badges ask of organisations. */
export type Issuers = {
  /** By slug or document; refuses with NOT_FOUND. */
  find(named: string): Promise<Issuer>;
  /** Its own P-256 key that is kept here, and the entry that made it its own; undefined where it has none. */
  keyOf(organization: string): Promise<{ signer: Signer; ground: GroundName } | undefined>;
};

/** A client of an organisation's API, as its token proves it; `operation` is that of the entry which gives the right. */
export type IssuingClient = { organization: string; operation: string; mode: "live" | "test" };

/** For whom the service signs, by which key, and what that rests on. */
export type Acting = {
  issuer: Issuer;
  signer: Signer;
  restsOn: readonly GroundName[];
  test: boolean;
};

/** Work for later: what is added is not lost, and done once for each key. */
export type Deliveries = {
  add(...jobs: { kind: string; payload: { [name: string]: string }; dueAt: number; key: string }[]): Promise<unknown>;
};
