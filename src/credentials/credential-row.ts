import type { ProofMethod } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import type { JsonObject } from "../kernel/json.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { type RenownForm, renownTypes } from "../securing/eip712.ts";

/** What is asked for, each as a whole value and all at once; addresses count in any letter case. */
export type CredentialQuery = {
  /** Of the issuer. */
  ethAddress?: string | undefined;
  chainId?: number | undefined;
  /** The subject: an app's key. */
  did?: string | undefined;
  /** The issuer's DID. */
  issuer?: string | undefined;
  /** The id that the credential has by itself, and the id of the document that holds it. */
  credentialId?: string | undefined;
  document?: string | undefined;
  /** Unless false. */
  includeRevoked?: boolean | undefined;
  /** Only those that have not run out by then. */
  unexpiredAt?: Millis | undefined;
};

/** A credential as kept, with what has become of it. */
export type StoredCredential = {
  document: string;
  /** The credential with its proof as JSON, as it came. */
  body: string;
  expiresAt: Millis;
  revokedAt: string | null;
  revocationReason: string | null;
  createdAt: string;
  updatedAt: string;
  /** How its proof was checked, known where it names a key; when the wallet said that this was compromised. */
  method: ProofMethod | undefined;
  compromiseSaidAt: Millis | undefined;
};

export type CredentialRows = {
  /** The newest first, at most `limit`. A query that names nothing finds nothing. */
  find(query: CredentialQuery, limit: number): Promise<StoredCredential[]>;
};

/** A credential as the read model of existing clients shows it. Dates are the texts that the wallet signed. */
export type RenownCredentialRow = {
  documentId: string;
  credentialId: string;
  context: readonly string[];
  type: readonly string[];
  issuerId: Did;
  issuerEthereumAddress: string;
  issuanceDate: string;
  expirationDate: string;
  credentialSubjectId: string;
  credentialSubjectApp: string;
  credentialStatusId: string | null;
  credentialStatusType: string | null;
  credentialSchemaId: string;
  credentialSchemaType: string;
  proofVerificationMethod: string;
  proofEthereumAddress: string;
  proofCreated: string;
  proofPurpose: string;
  proofType: string;
  proofValue: string;
  /** JSON in a text. */
  proofEip712Domain: string;
  proofEip712PrimaryType: string;
  revoked: boolean;
  revokedAt: string | null;
  revocationReason: string | null;
  createdAt: string;
  updatedAt: string;
};

/** The form was read before it was kept, so it is taken at its word. */
export function formOf({ body }: StoredCredential): RenownForm {
  return JSON.parse(body);
}

export function rowOf(stored: StoredCredential): RenownCredentialRow {
  const { issuer, credentialSubject, credentialSchema, credentialStatus, proof, ...form } = formOf(stored);
  return {
    documentId: stored.document,
    credentialId: form.id,
    context: form["@context"],
    type: form.type,
    issuerId: issuer.id,
    issuerEthereumAddress: issuer.ethereumAddress,
    issuanceDate: form.issuanceDate,
    expirationDate: form.expirationDate,
    credentialSubjectId: credentialSubject.id,
    credentialSubjectApp: credentialSubject.app,
    credentialStatusId: credentialStatus?.id ?? null,
    credentialStatusType: credentialStatus?.type ?? null,
    credentialSchemaId: credentialSchema.id,
    credentialSchemaType: credentialSchema.type,
    proofVerificationMethod: proof.verificationMethod,
    proofEthereumAddress: proof.ethereumAddress,
    proofCreated: proof.created,
    proofPurpose: proof.proofPurpose,
    proofType: proof.type,
    proofValue: proof.proofValue,
    proofEip712Domain: JSON.stringify({ version: "1", chainId: chainOf(issuer.id) }),
    proofEip712PrimaryType: "VerifiableCredential",
    ...endOf(stored),
    createdAt: stored.createdAt,
    updatedAt: stored.updatedAt,
  };
}

/** The credential as clients keep it, with the proof's types spelt out. */
export function credentialOf(row: RenownCredentialRow): JsonObject {
  const status = row.credentialStatusId !== null && row.credentialStatusType !== null;
  return {
    "@context": [...row.context],
    id: row.credentialId,
    type: [...row.type],
    issuer: { id: row.issuerId, ethereumAddress: row.issuerEthereumAddress },
    issuanceDate: row.issuanceDate,
    expirationDate: row.expirationDate,
    credentialSubject: { id: row.credentialSubjectId, app: row.credentialSubjectApp },
    ...(status && { credentialStatus: { id: row.credentialStatusId, type: row.credentialStatusType } }),
    credentialSchema: { id: row.credentialSchemaId, type: row.credentialSchemaType },
    proof: {
      verificationMethod: row.proofVerificationMethod,
      ethereumAddress: row.proofEthereumAddress,
      created: row.proofCreated,
      proofPurpose: row.proofPurpose,
      type: row.proofType,
      proofValue: row.proofValue,
      eip712: {
        domain: JSON.parse(row.proofEip712Domain),
        types: renownTypes as unknown as JsonObject,
        primaryType: row.proofEip712PrimaryType,
      },
    },
  };
}

/** Whether it can be relied on at a moment: neither ended nor run out. */
export function isLive(stored: StoredCredential, now: Millis): boolean {
  return !endOf(stored).revoked && stored.expiresAt > now;
}

/** A key that is known to be compromised speaks no longer, so its credential is as good as revoked. */
function endOf(stored: StoredCredential): Pick<RenownCredentialRow, "revoked" | "revokedAt" | "revocationReason"> {
  const { revokedAt, revocationReason, compromiseSaidAt } = stored;
  if (revokedAt !== null) return { revoked: true, revokedAt, revocationReason };
  if (compromiseSaidAt === undefined) return { revoked: false, revokedAt: null, revocationReason: null };
  return { revoked: true, revokedAt: iso(compromiseSaidAt), revocationReason: "The key counts as compromised." };
}

function chainOf(issuer: Did): number {
  return Number(issuer.split(":")[3]);
}
