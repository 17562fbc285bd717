import { z } from "zod";
import { keccak256 } from "#primitives";
import { addressOf } from "../identity/address.ts";
import { type Did, isUserDid, parsePkh } from "../identity/did.ts";
import { recoverAddress } from "../identity/wallet.ts";
import { type Bytes, concat, fromBase64url, fromHex, hex, utf8 } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { canonicalJson, type Json, type JsonObject } from "../kernel/json.ts";
import { holdTo } from "../kernel/misfit.ts";
import { type Millis, parseNamedTime, parseTime } from "../kernel/time.ts";
import type { Secp256k1Signer } from "./keys.ts";
import type { PublicJwk, ResolveKey } from "./vc-jwt.ts";

/** What the twin of an award says: each member a text, "" where there is nothing to say. */
export type AwardTwin = {
  /** The id of the credential that it is the twin of. */
  id: string;
  issuer: Did;
  /** A did:pkh; its chain is that of the domain. */
  subject: Did;
  /** The id of the achievement. */
  achievement: string;
  name: string;
  validFrom: string;
  validUntil: string;
  /** The id of the status entry. */
  status: string;
};

/** EIP-712 typed data as wallets and libraries take it, with the issuer's signature beside it. */
export type SignedAwardTwin = {
  domain: { name: "Renown Award"; version: "1"; chainId: number };
  primaryType: "Award";
  types: typeof awardTwinTypes;
  message: AwardTwin;
  /** The DID URL of the key that signed. */
  verificationMethod: string;
  /** `0x` and hex of r || s || v, v 27 or 28. */
  signature: `0x${string}`;
};

/** Signs twins: a key of secp256k1 with the DID URL that it has in its issuer's document. */
export type TwinSigner = Pick<Secp256k1Signer, "signDigest"> & { method: string };

/** The types as EIP-712 lists them. They are fixed: another member is another version of the domain. */
export const awardTwinTypes = {
  EIP712Domain: [
    { name: "name", type: "string" },
    { name: "version", type: "string" },
    { name: "chainId", type: "uint256" },
  ],
  Award: [
    { name: "id", type: "string" },
    { name: "issuer", type: "string" },
    { name: "subject", type: "string" },
    { name: "achievement", type: "string" },
    { name: "name", type: "string" },
    { name: "validFrom", type: "string" },
    { name: "validUntil", type: "string" },
    { name: "status", type: "string" },
  ],
} as const;

/** Signs what an award says. Refuses with INVALID_PROOF a message or a signer that no check would take. */
export function signAwardTwin(message: AwardTwin, { method, signDigest }: TwinSigner): SignedAwardTwin {
  holdTo(messageForm, message, "INVALID_PROOF", { root: "message" });
  ensure(method.startsWith(`${message.issuer}#`), "INVALID_PROOF", "The key is not one of the issuer's.");
  const { chainId } = parsePkh(message.subject);
  const { signature, recovery } = signDigest(awardTwinDigest(message, chainId));
  return {
    domain: { name: "Renown Award", version: "1", chainId },
    primaryType: "Award",
    types: awardTwinTypes,
    message,
    verificationMethod: method,
    signature: `0x${hex(signature)}${(27 + recovery).toString(16)}`,
  };
}

/** The 32 bytes that are signed (EIP-712, "Definition of encode"). Texts must be well-formed Unicode. */
export function awardTwinDigest(message: AwardTwin, chainId: number): Bytes {
  const values = awardTwinTypes.Award.map(({ name }) => keccak256(utf8(message[name])));
  const struct = keccak256(concat(typeHashes.award, ...values));
  return keccak256(concat(prefix, domainSeparator(chainId), struct));
}

/**
 * Reads a signed twin; members that nothing signs are refused, and types other than ours. Refuses with INVALID_PROOF,
 * UNREADABLE_DATE, or WRONG_CHAIN where the domain is of another chain than the subject.
 */
export function parseAwardTwin(value: unknown): SignedAwardTwin {
  const form = holdTo(twinForm, value, "INVALID_PROOF");
  const { types, message, domain, verificationMethod } = form;
  ensure(canonicalJson(types as JsonObject) === spelledTypes, "INVALID_PROOF", "Its types are not those of a twin.");
  ensure(domain.chainId === parsePkh(message.subject).chainId, "WRONG_CHAIN");
  const own = verificationMethod.startsWith(`${message.issuer}#`);
  ensure(own, "INVALID_PROOF", "The key is not one of the issuer's.");
  parseNamedTime("message.validFrom", message.validFrom);
  if (message.validUntil !== "") parseNamedTime("message.validUntil", message.validUntil);
  return { ...form, types: awardTwinTypes, signature: form.signature as `0x${string}` };
}

/**
 * Reads a twin and recovers who signed it, which has to be the key that it names, as the issuer's document has it at a
 * moment. Refuses as `parseAwardTwin` and `ResolveKey`, and with BAD_SIGNATURE or EXPIRED (the key had been retired).
 */
export async function checkAwardTwin(value: unknown, resolveKey: ResolveKey, at: Millis): Promise<SignedAwardTwin> {
  const twin = parseAwardTwin(value);
  const { message, domain, signature, verificationMethod } = twin;
  const recovered = recoverAddress(awardTwinDigest(message, domain.chainId), fromHex(signature, 2)!);
  const { jwk, retired } = await resolveKey(verificationMethod, at);
  const signedAt = parseTime(message.validFrom);
  ensure(retired === undefined || signedAt < retired, "EXPIRED", "The key had been retired.");
  ensure(recovered !== undefined && recovered === addressOfKey(jwk), "BAD_SIGNATURE");
  return twin;
}

const prefix = Uint8Array.of(0x19, 0x01);

function encodeType(name: keyof typeof awardTwinTypes): string {
  return `${name}(${awardTwinTypes[name].map((field) => `${field.type} ${field.name}`).join(",")})`;
}

const typeHashes = { domain: keccak256(utf8(encodeType("EIP712Domain"))), award: keccak256(utf8(encodeType("Award"))) };
const spelledTypes = canonicalJson(awardTwinTypes as unknown as Json);

const domainStart = concat(typeHashes.domain, keccak256(utf8("Renown Award")), keccak256(utf8("1")));

function domainSeparator(chainId: number): Bytes {
  const chain = new Uint8Array(32);
  new DataView(chain.buffer).setUint32(28, chainId);
  return keccak256(concat(domainStart, chain));
}

function addressOfKey(jwk: PublicJwk): string | undefined {
  if ("n" in jwk) return undefined;
  const [x, y] = [fromBase64url(jwk.x), fromBase64url(jwk.y ?? "")];
  if (jwk.kty !== "EC" || jwk.crv !== "secp256k1" || x?.length !== 32 || y?.length !== 32) return undefined;
  return addressOf(concat(Uint8Array.of(4), x, y));
}

// Two texts with different lone surrogates have the same UTF-8, so one signature would fit both.
const text = z
  .string()
  .max(4096)
  .refine((each) => each.isWellFormed(), "It has no lone surrogates.");
const filled = text.min(1);

const messageForm = z.strictObject({
  id: filled,
  issuer: filled,
  subject: z.string().refine(isUserDid, "It is a did:pkh of eip155 in lower case."),
  achievement: filled,
  name: filled,
  validFrom: filled,
  validUntil: text,
  status: text,
});

const twinForm = z.strictObject({
  domain: z.strictObject({ name: z.literal("Renown Award"), version: z.literal("1"), chainId: z.int().min(1) }),
  primaryType: z.literal("Award"),
  types: z.record(z.string(), z.array(z.strictObject({ name: z.string(), type: z.string() })).max(16)),
  message: messageForm,
  verificationMethod: filled,
  signature: z
    .string()
    .regex(
      /^0x[0-9a-f]{128}1[bc]$/,
      "A signature is 0x and 130 hex digits in lower case, of which the last two are 1b or 1c.",
    ),
});
