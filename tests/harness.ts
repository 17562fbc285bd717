import { privateKeyToAccount } from "viem/accounts";
import { createDelegating } from "../src/credentials/delegating.ts";
import type { Party } from "../src/credentials/party.ts";
import { withRechecks } from "../src/credentials/recheck.ts";
import { pkhDid } from "../src/identity/did.ts";
import type { NonceStore } from "../src/identity/nonce.ts";
import { type ContractCheck, walletCheck } from "../src/identity/wallet.ts";
import type { JsonObject } from "../src/kernel/json.ts";
import { day, iso, type Millis } from "../src/kernel/time.ts";
import type { Kinds } from "../src/operations/fold.ts";
import type { DocumentKind } from "../src/operations/kind.ts";
import { createReactor, type Reactor } from "../src/operations/reactor.ts";
import { type Intent, signerOfJwk, signOpening, signOperation } from "../src/operations/sign.ts";
import { renownTypes } from "../src/securing/eip712.ts";
import { openSqlite } from "../src/storage/sqlite.ts";
import { allKinds } from "../src/verify/kinds.ts";
import keys from "./keys.json" with { type: "json" };

/** Fixed test keys: wallets by private key, app keys by JWK. None of them guards anything. */
export const alice = privateKeyToAccount(keys.wallets.alice as `0x${string}`);
export const bob = privateKeyToAccount(keys.wallets.bob as `0x${string}`);
export const appKey = signerOfJwk(keys.apps.first as P256);
export const otherKey = signerOfJwk(keys.apps.second as P256);
export const operationKey = signerOfJwk(keys.apps.service as P256);

type P256 = { kty: "EC"; crv: "P-256"; x: string; y: string; d: string };
type Wallet = typeof alice;

export const start = Date.parse("2026-11-20T12:00:00.000Z");

/** A clock that stands until it is moved. */
export function testClock(time: Millis = start) {
  let now = time;
  return {
    now: () => now,
    advance: (by: Millis) => {
      now += by;
    },
    set: (to: Millis) => {
      now = to;
    },
  };
}

export const userOf = (wallet: Wallet, chainId = 1) => pkhDid({ chainId, address: wallet.address });

export type CredentialTerms = {
  wallet?: Wallet;
  app?: string;
  may?: readonly string[];
  issued?: Millis;
  life?: Millis;
  chainId?: number;
  id?: string;
};

/** A Renown credential as a wallet signs it, with its proof. */
export async function signCredential(terms: CredentialTerms = {}): Promise<JsonObject> {
  const { wallet = alice, app = appKey.did, may, issued = start, life = 7 * day, chainId = 1 } = terms;
  const issuer = { id: userOf(wallet, chainId), ethereumAddress: wallet.address };
  const message = {
    "@context": ["https://www.w3.org/2018/credentials/v1"],
    type: ["VerifiableCredential", "RenownCredential", ...(may ?? []).map((name) => `renown:may:${name}`)],
    id: terms.id ?? `urn:uuid:${crypto.randomUUID()}`,
    issuer,
    credentialSubject: { id: app, app: "https://app.example" },
    credentialSchema: { id: "https://renown.id/schemas/renown-credential/v1", type: "JsonSchemaValidator2018" },
    issuanceDate: iso(issued),
    expirationDate: iso(issued + life),
  };
  const domain = { version: "1", chainId };
  const proofValue = await wallet.signTypedData({
    domain,
    types: renownTypes,
    primaryType: "VerifiableCredential",
    message,
  });
  const proof = {
    type: "EthereumEip712Signature2021",
    created: message.issuanceDate,
    verificationMethod: issuer.id,
    proofPurpose: "assertionMethod",
    proofValue,
    ethereumAddress: wallet.address,
    eip712: { domain, primaryType: "VerifiableCredential" },
  };
  return { ...message, proof };
}

export const wallet = walletCheck();

/** The log, the reactor and the doors for delegations over SQLite in memory, with a clock that stands. */
export function openHouse(
  more: readonly DocumentKind[] = [],
  options: { file?: string; realm?: string; contract?: ContractCheck } = {},
) {
  const wallet = walletCheck(options.contract);
  const clock = testClock();
  const realm = options.realm ?? "test";
  const storage = openSqlite({ file: options.file ?? ":memory:", realm });
  const kinds: Kinds = new Map([...allKinds(wallet), ...more.map((kind) => [kind.name, kind] as const)]);
  const isServiceKey = (key: string) => key === operationKey.did;
  const rechecks = { contract: options.contract, clock: clock.now, reactor: (): Reactor => reactor };
  const store = withRechecks(storage.operations, rechecks);
  const reactor = createReactor({ store, kinds, realm, clock: clock.now, operationKey, isServiceKey });
  const nonces: NonceStore = { add: async () => {}, spend: async () => undefined };
  const messages = { origin: "http://localhost:8787", nonces, wallet };
  const delegating = createDelegating({ reactor, store, messages, clock: clock.now });
  const delegate = async (terms: CredentialTerms = {}) => {
    const credential = await signCredential({ issued: clock.now(), ...terms });
    return (await delegating.give({ credential }, undefined)).delegation;
  };
  const sign = (intent: Intent, key = appKey, now = clock.now()) => signOperation(intent, key, now);
  const opening = (kind: string, key = appKey, user: string = userOf(alice)) =>
    signOpening({ realm, kind, user }, key, clock.now());
  return {
    clock,
    realm,
    storage,
    store,
    kinds,
    reactor,
    delegating,
    delegate,
    sign,
    opening,
    isServiceKey,
    close: () => storage.close(),
  };
}

export const session = (who: Wallet): Party => ({ by: "session", user: userOf(who), session: "s", method: "recovery" });
