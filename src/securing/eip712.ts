import { z } from "zod";
import { keccak256 } from "#primitives";
import { parseLimits } from "../identity/delegation.ts";
import { type Account, isUserDid, maxChainId, parsePkh } from "../identity/did.ts";
import { maxSignature, type WalletCheck, type WalletProof } from "../identity/wallet.ts";
import { type Bytes, concat, utf8 } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { canonicalJson, type Json } from "../kernel/json.ts";
import { holdTo } from "../kernel/misfit.ts";
import { type Millis, parseNamedTime } from "../kernel/time.ts";

/** What the wallet signs. Dates are signed as text, so they stay as they came. */
export type RenownMessage = {
  "@context": readonly string[];
  type: readonly string[];
  id: string;
  issuer: { id: string; ethereumAddress: string };
  credentialSubject: { id: string; app: string };
  credentialSchema: { id: string; type: string };
  issuanceDate: string;
  expirationDate: string;
};

/** A Renown credential with its proof, read and consistent in itself; `checkRenownCredential` asks the signature. */
export type RenownCredential = {
  message: RenownMessage;
  /** Whose wallet is said to have signed, on the chain of the proof's domain. */
  account: Account;
  issuedAt: Millis;
  /** End of its life, excluded. */
  expiresAt: Millis;
  proof: { created: string; ethereumAddress: string; value: `0x${string}` };
  /** Not signed: nothing may rest on it. */
  credentialStatus: { id: string; type: string } | undefined;
};

/** The types as EIP-712 lists them; the order of the fields is signed. */
export const renownTypes = {
  VerifiableCredential: [
    { name: "@context", type: "string[]" },
    { name: "type", type: "string[]" },
    { name: "id", type: "string" },
    { name: "issuer", type: "Issuer" },
    { name: "credentialSubject", type: "CredentialSubject" },
    { name: "credentialSchema", type: "CredentialSchema" },
    { name: "issuanceDate", type: "string" },
    { name: "expirationDate", type: "string" },
  ],
  CredentialSchema: [
    { name: "id", type: "string" },
    { name: "type", type: "string" },
  ],
  CredentialSubject: [
    { name: "app", type: "string" },
    { name: "id", type: "string" },
  ],
  Issuer: [
    { name: "id", type: "string" },
    { name: "ethereumAddress", type: "string" },
  ],
} as const;

/**
 * The 32 bytes that the wallet signs: the EIP-712 digest under the domain `{version: "1", chainId}`. Texts must be
 * well-formed Unicode, which `parseRenownCredential` sees to.
 */
export function renownCredentialDigest(message: RenownMessage, chainId: number): Bytes {
  const { issuer, credentialSubject: subject, credentialSchema: schema } = message;
  const struct = keccak256(
    concat(
      typeHashes.credential,
      hashTexts(message["@context"]),
      hashTexts(message.type),
      hashText(message.id),
      hashPair(typeHashes.issuer, issuer.id, issuer.ethereumAddress),
      hashPair(typeHashes.subject, subject.app, subject.id),
      hashPair(typeHashes.schema, schema.id, schema.type),
      hashText(message.issuanceDate),
      hashText(message.expirationDate),
    ),
  );
  return keccak256(concat(prefix, domainSeparator(chainId), struct));
}

/** keccak256(typeHash || keccak256("1") || chainId), the domain that has a version and a chain and nothing else. */
export function domainSeparator(chainId: number): Bytes {
  const known = domains.get(chainId);
  if (known) return known;
  const chain = new Uint8Array(32);
  new DataView(chain.buffer).setUint32(28, chainId);
  const separator = keccak256(concat(typeHashes.domain, hashText("1"), chain));
  if (domains.size >= maxDomains) domains.delete(domains.keys().next().value!);
  domains.set(chainId, separator);
  return separator;
}

/**
 * Reads a Renown credential with its proof, as clients keep it (`@context`) or as INIT carries it (`context`). Unknown
 * members are refused, because nothing signs them. Whether it is in force and whose signature it bears is not asked
 * here. Refuses with INVALID_CREDENTIAL or UNREADABLE_DATE.
 */
export function parseRenownCredential(value: unknown): RenownCredential {
  return bindIssuer(readRenownForm(value));
}

/** The first half of `parseRenownCredential`: each member by itself. */
export function readRenownForm(value: unknown): RenownForm {
  const form = holdTo(credentialForm, withContext(value), "INVALID_CREDENTIAL");
  const length = JSON.stringify(value).length;
  ensure(length <= maxCredential, "INVALID_CREDENTIAL", `It has at most ${maxCredential} characters.`);
  parseLimits(form.type, "renown:may:");
  return form;
}

/** The second half: issuer, proof and domain name one account, and the dates can be read. */
export function bindIssuer(form: RenownForm): RenownCredential {
  const { proof, credentialStatus, ...message } = form;
  const account = accountOf(message, proof);
  parseNamedTime("proof.created", proof.created);
  return {
    message,
    account,
    issuedAt: parseNamedTime("issuanceDate", message.issuanceDate),
    expiresAt: parseNamedTime("expirationDate", message.expirationDate),
    proof: { created: proof.created, ethereumAddress: proof.ethereumAddress, value: proof.proofValue as `0x${string}` },
    credentialStatus: credentialStatus ?? undefined,
  };
}

/** Asks the wallet port whether the issuer signed it; refuses with BAD_SIGNATURE or CONTRACT_WALLET. */
export function checkRenownCredential(
  credential: RenownCredential,
  wallet: Pick<WalletCheck, "checkDigest">,
): Promise<WalletProof> {
  const { account, message, proof } = credential;
  return wallet.checkDigest(account, renownCredentialDigest(message, account.chainId), proof.value);
}

const prefix = Uint8Array.of(0x19, 0x01);
const domainType = [
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
];

const typeHashes = {
  domain: hashOfType("EIP712Domain", []),
  credential: hashOfType("VerifiableCredential", ["CredentialSchema", "CredentialSubject", "Issuer"]),
  schema: hashOfType("CredentialSchema", []),
  subject: hashOfType("CredentialSubject", []),
  issuer: hashOfType("Issuer", []),
};

type TypeName = keyof typeof renownTypes | "EIP712Domain";

/** encodeType of EIP-712: the type, then those it refers to, by name. */
function hashOfType(name: TypeName, references: readonly TypeName[]): Bytes {
  const spell = (each: TypeName): string => {
    const fields = each === "EIP712Domain" ? domainType : renownTypes[each];
    return `${each}(${fields.map((field) => `${field.type} ${field.name}`).join(",")})`;
  };
  return keccak256(utf8([name, ...references].map(spell).join("")));
}

/** Chains whose separator is kept: clients use a handful. */
const maxDomains = 64;
const domains = new Map<number, Bytes>();

const contextUrl = "https://www.w3.org/2018/credentials/v1";
const schemaUrl = "https://renown.id/schemas/renown-credential/v1";

/** Texts that stand in nearly every credential, hashed once. */
const constants = new Map(
  [contextUrl, "VerifiableCredential", "RenownCredential", schemaUrl, "JsonSchemaValidator2018"].map((text) => [
    text,
    keccak256(utf8(text)),
  ]),
);

function hashText(text: string): Bytes {
  return constants.get(text) ?? keccak256(utf8(text));
}

function hashTexts(texts: readonly string[]): Bytes {
  return keccak256(concat(...texts.map(hashText)));
}

function hashPair(typeHash: Bytes, first: string, second: string): Bytes {
  return keccak256(concat(typeHash, hashText(first), hashText(second)));
}

/** A credential is a few hundred bytes; the texts in it are names, dates and DIDs. */
const maxText = 512;
/** Characters of a credential with its proof: an ordinary one has two thousand, each limit adds less than two hundred. */
const maxCredential = 16_384;
/** VerifiableCredential, RenownCredential, 64 limits, and room for types that clients may add. */
const maxTypes = 80;

// Two texts with different lone surrogates have the same UTF-8, so one signature would fit both.
const label = z
  .string()
  .max(maxText)
  .refine(
    (each) => each.isWellFormed() && !/\p{Cc}/u.test(each),
    "It has no control characters and no lone surrogates.",
  );
const text = label.min(1);
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "An address has 0x and 40 hex digits.");

const domainForm = z.strictObject({ version: z.literal("1"), chainId: z.int().min(1).max(maxChainId) });
const fieldForm = z.strictObject({ name: z.string(), type: z.string() });

const proofForm = z.strictObject({
  type: z.literal("EthereumEip712Signature2021"),
  proofPurpose: z.literal("assertionMethod"),
  verificationMethod: text,
  ethereumAddress: address,
  created: text,
  proofValue: z
    .string()
    .max(2 + 2 * maxSignature)
    .regex(/^0x(?:[0-9a-fA-F]{2})+$/, "A signature is 0x and hex."),
  eip712: z
    .strictObject({
      domain: domainForm,
      primaryType: z.literal("VerifiableCredential"),
      types: z
        .record(z.string(), z.array(fieldForm).max(16))
        .refine(isRenownTypes, "They are the types of a Renown credential.")
        .nullish(),
    })
    .nullish(),
});

const credentialForm = z.strictObject({
  "@context": z
    .array(text)
    .max(8)
    .refine((urls) => urls[0] === contextUrl, `The first is ${contextUrl}.`),
  type: z
    .array(text)
    .max(maxTypes)
    .refine(
      (types) => types[0] === "VerifiableCredential" && types.includes("RenownCredential"),
      "The first is VerifiableCredential, and RenownCredential is among them.",
    ),
  id: text,
  issuer: z.strictObject({ id: text, ethereumAddress: address }),
  credentialSubject: z.strictObject({
    id: text.refine((id) => /^did:[a-z0-9]+:./.test(id), "It is a DID."),
    app: label,
  }),
  credentialSchema: z.strictObject({ id: text, type: text }),
  credentialStatus: z.strictObject({ id: text, type: text }).nullish(),
  issuanceDate: text,
  expirationDate: text,
  proof: proofForm,
});

export type RenownForm = z.infer<typeof credentialForm>;

/** Types other than these would make another digest, so a proof that names others names what was not signed. */
function isRenownTypes(types: Json): boolean {
  const spelt = canonicalJson(types);
  return spelt === canonicalJson(renownTypes as unknown as Json) || spelt === canonicalJson(withDomainType);
}

const withDomainType = { ...renownTypes, EIP712Domain: domainType } as unknown as Json;

/** INIT's GraphQL input cannot have a member `@context` and says `context`. */
function withContext(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !("context" in value)) return value;
  if ("@context" in value) return value;
  const { context, ...rest } = value;
  return { "@context": context, ...rest };
}

function accountOf(message: RenownMessage, proof: z.infer<typeof proofForm>): Account {
  const { id, ethereumAddress } = message.issuer;
  ensure(isUserDid(id), "INVALID_CREDENTIAL", "issuer.id is a did:pkh of eip155 in lower case.");
  const account = parsePkh(id);
  const named = [ethereumAddress, proof.ethereumAddress].every((each) => each.toLowerCase() === account.address);
  ensure(named, "INVALID_CREDENTIAL", "The addresses are not that of issuer.id.");
  ensure(proof.verificationMethod === id, "INVALID_CREDENTIAL", "proof.verificationMethod is not issuer.id.");
  const chainId = proof.eip712?.domain.chainId ?? account.chainId;
  ensure(chainId === account.chainId, "INVALID_CREDENTIAL", "The chain of the proof is not that of issuer.id.");
  return account;
}
