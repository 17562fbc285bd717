import { type Kysely, type RawBuilder, type Selectable, type SqlBool, sql } from "kysely";
import type { CredentialQuery, CredentialRows, StoredCredential } from "../credentials/credential-row.ts";
import type { ProofMethod } from "../identity/delegation.ts";
import { parsePkh } from "../identity/did.ts";
import type { AskedStore } from "../operations/client-door.ts";
import { composeName, foldName, isName } from "../profiles/name.ts";
import type { ProfileRows, StoredProfile } from "../profiles/public-profile.ts";
import type { Tables } from "./tables.ts";

type Database = Kysely<Tables>;

/** Rows forgotten with each one that is added: more than come in, so the table shrinks. */
const purgeLimit = 8;

/** Profiles in one answer: an address may have one on each of several chains. */
const maxProfiles = 200;

/** Profiles that claim one ENS name and are looked at: opening so many costs as many wallets. */
const maxNamesakes = 1000;

export function askedStore(db: Database): AskedStore {
  return {
    async add({ id, kind, askedAt }, expiresAt) {
      const old = db.selectFrom("asked_documents").select("id").where("expires_at", "<=", askedAt).limit(purgeLimit);
      await db.deleteFrom("asked_documents").where("id", "in", old).execute();
      const row = { id, kind, asked_at: askedAt, expires_at: expiresAt };
      await db.insertInto("asked_documents").values(row).execute();
    },
    async find(id, now) {
      const of = db.selectFrom("asked_documents").selectAll().where("id", "=", id).where("expires_at", ">", now);
      const row = await of.executeTakeFirst();
      return row && { id: row.id, kind: row.kind, askedAt: row.asked_at };
    },
  };
}

export function credentialRows(db: Database): CredentialRows {
  return {
    async find(query, limit) {
      const conditions = conditionsOf(query);
      if (!conditions) return [];
      const found = db
        .selectFrom("renown_credentials as c")
        .leftJoin("delegations as d", "d.document", "c.document")
        .leftJoin("entries as e", "e.seq", "d.compromised_seq")
        .select(["c.document", "c.body", "c.expires_at", "c.revoked_at", "c.revocation_reason"])
        .select(["c.created_at", "c.updated_at", "d.method", "e.admitted_at as compromise_said_at"])
        .where(sql.join<SqlBool>(conditions, sql` AND `));
      const ordered = found.orderBy("c.issued_at", "desc").orderBy("c.created_at", "desc").orderBy("c.document");
      return (await ordered.limit(limit).execute()).map(storedCredential);
    },
  };
}

export function profileRows(db: Database): ProfileRows {
  const profiles = () => db.selectFrom("profiles").selectAll();
  return {
    async find({ phids = [], ethAddresses = [], usernames = [] }) {
      const addresses = ethAddresses.map((each) => each.toLowerCase());
      const names = usernames.filter(isName).map(composeName);
      // The index has folded names; the spelling still has to be the same.
      const folded = names.map(foldName);
      if (phids.length + addresses.length + names.length === 0) return [];
      const rows = await profiles()
        .where((of) =>
          of.or([
            ...(phids.length > 0 ? [of("document", "in", phids)] : []),
            ...(addresses.length > 0 ? [of("address_folded", "in", addresses)] : []),
            ...(names.length > 0 ? [of.and([of("username_folded", "in", folded), of("username", "in", names)])] : []),
          ]),
        )
        .orderBy("created_at")
        .orderBy("document")
        .limit(maxProfiles)
        .execute();
      return rows.map(storedProfile);
    },
    async named(folded) {
      const found = profiles().where("username_folded", "=", folded).orderBy("created_at").orderBy("document");
      return (await found.limit(maxNamesakes).execute()).map(storedProfile);
    },
    async showsEns(document) {
      const of = db.selectFrom("profile_settings").select("show_ens").where("document", "=", document);
      return (await of.executeTakeFirst())?.show_ens === 1;
    },
    async setShowsEns(document, shows) {
      const row = { document, show_ens: shows ? 1 : 0 };
      const insert = db.insertInto("profile_settings").values(row);
      await insert
        .onConflict((conflict) => conflict.column("document").doUpdateSet({ show_ens: row.show_ens }))
        .execute();
    },
  };
}

/** Conditions on the credential `c` and its delegation `d`; undefined where the query names nothing, or nothing can fit. */
function conditionsOf(query: CredentialQuery): RawBuilder<SqlBool>[] | undefined {
  const { ethAddress, chainId, did, issuer, credentialId, document, includeRevoked, unexpiredAt } = query;
  const account = issuer === undefined ? undefined : accountOf(issuer);
  if (issuer !== undefined && !account) return undefined;
  const named = [
    ethAddress !== undefined && sql<SqlBool>`c.issuer_address = ${ethAddress.toLowerCase()}`,
    chainId !== undefined && sql<SqlBool>`c.issuer_chain = ${chainId}`,
    did !== undefined && sql<SqlBool>`c.subject_id = ${did}`,
    account && sql<SqlBool>`c.issuer_address = ${account.address} AND c.issuer_chain = ${account.chainId}`,
    credentialId !== undefined && sql<SqlBool>`c.credential_id = ${credentialId}`,
    document !== undefined && sql<SqlBool>`c.document = ${document}`,
  ].filter((each) => typeof each === "object");
  if (named.length === 0) return undefined;
  const standing = [
    includeRevoked === false && sql<SqlBool>`c.revoked_at IS NULL AND d.compromised_seq IS NULL`,
    unexpiredAt !== undefined && sql<SqlBool>`c.expires_at > ${unexpiredAt}`,
  ].filter((each) => typeof each === "object");
  return [...named, ...standing];
}

function accountOf(did: string) {
  try {
    return parsePkh(did);
  } catch {
    return undefined;
  }
}

type CredentialColumns = Pick<
  Selectable<Tables["renown_credentials"]>,
  "document" | "body" | "expires_at" | "revoked_at" | "revocation_reason" | "created_at" | "updated_at"
> & { method: string | null; compromise_said_at: number | null };

function storedCredential(row: CredentialColumns): StoredCredential {
  return {
    document: row.document,
    body: row.body,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    revocationReason: row.revocation_reason,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    method: (row.method as ProofMethod | null) ?? undefined,
    compromiseSaidAt: row.compromise_said_at ?? undefined,
  };
}

function storedProfile(row: Selectable<Tables["profiles"]>): StoredProfile {
  return {
    document: row.document,
    owner: row.owner,
    ethAddress: row.eth_address,
    chainId: row.chain_id,
    username: row.username,
    userImage: row.user_image,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
