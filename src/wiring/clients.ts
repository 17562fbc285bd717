// Wires what clients of the existing Renown ask.
import type { Accepted } from "../credentials/acceptance.ts";
import { type CredentialClients, createCredentialClients } from "../credentials/clients.ts";
import { credentialOf, isLive, rowOf } from "../credentials/credential-row.ts";
import { stateNow } from "../credentials/delegating.ts";
import { type Party, walletOf } from "../credentials/party.ts";
import { credentialKind } from "../credentials/renown-credential.ts";
import { createConsole, type LiveCredential } from "../identity/console-session.ts";
import { createDevices, type GivenDelegation } from "../identity/device.ts";
import { Failure } from "../kernel/failure.ts";
import type { Clock } from "../kernel/time.ts";
import { type ClientDoor, createClientDoor, type UnsignedDoor } from "../operations/client-door.ts";
import type { Kinds } from "../operations/fold.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { OperationStore } from "../operations/store.ts";
import { profileKind } from "../profiles/profile.ts";
import { createProfiles, type Profiles, type Wallet } from "../profiles/profiles.ts";
import { type EnsNames, userRowOf } from "../profiles/public-profile.ts";
import type { Caller, Services } from "../services.ts";
import { askedStore, credentialRows, profileRows } from "../storage/client-store.ts";
import { consoleStore, deviceStore } from "../storage/console-store.ts";
import type { Storage } from "../storage/database.ts";

export type ClientParts = {
  origin: string;
  reactor: Reactor;
  store: OperationStore;
  storage: Storage;
  kinds: Kinds;
  clock: Clock;
  ens?: EnsNames | undefined;
  /** What a question about a credential is answered with. */
  verify: Services["verify"]["credential"];
};

type Clients = Pick<Services, "clients" | "console" | "devices" | "profiles">;

/** What clients of the existing Renown ask, wired. */
export function clientServices(parts: ClientParts): Clients {
  const { origin, reactor, store, storage, clock, ens } = parts;
  const { db } = storage;
  const rows = profileRows(db);
  const credentials = createCredentialClients({ reactor, store, rows: credentialRows(db), clock });
  const profiles = createProfiles({ reactor, store, rows, clock, ens, recent: credentials.recent });
  const liveCredential = (document: string) => liveCredentialOf(credentials, document, clock);
  return {
    clients: {
      ...openDoor(parts, credentials, profiles),
      credentials: async ({ unexpired, ...query }, limit) => {
        const found = await credentials.find({ ...query, unexpiredAt: unexpired ? clock() : undefined }, limit);
        return found.map(rowOf);
      },
      users: async (query) => (await profiles.rows(query)).map(userRowOf),
      profileOf: profiles.documentOf,
      accept: async ({ username, userImage, ...posted }, party) => {
        const given = await credentials.accept(posted, party);
        return { ...given, profile: await profileOf(profiles, given, { username, userImage }) };
      },
      revoke: credentials.revoke,
      verify: async (credentialId, address) => {
        const [stored] = await credentials.find({ credentialId, ethAddress: address }, 1);
        if (!stored) return undefined;
        const row = rowOf(stored);
        return { row, report: await parts.verify(credentialOf(row), {}) };
      },
    },
    console: createConsole({ store: consoleStore(db), clock, liveCredential }),
    devices: createDevices({
      origin,
      store: deviceStore(db),
      clock,
      liveDelegation: (document) => liveDelegationOf(store, document, clock),
    }),
    profiles: {
      find: profiles.find,
      update: async (party, change) => profiles.update(walletOf(party), change),
      showsEns: async (party) => {
        const document = await profiles.of(walletOf(party));
        return document !== undefined && rows.showsEns(document);
      },
    },
  };
}

function openDoor(parts: ClientParts, credentials: CredentialClients, profiles: Profiles): ClientDoor<Caller> {
  const { reactor, kinds, storage, clock } = parts;
  const doors = new Map<string, UnsignedDoor<Caller>>([
    [credentialKind, credentials.door],
    [profileKind, ({ caller, ...run }) => profiles.door({ ...run, caller: async () => signedIn(await caller()) })],
  ]);
  return createClientDoor({ reactor, kinds, asked: askedStore(storage.db), clock, doors });
}

/** Nobody but the wallet itself, signed in, changes a profile by what it has not signed. */
function signedIn(party: Party | undefined): Wallet | undefined {
  return party?.by === "session" ? { user: party.user, method: party.method } : undefined;
}

/** A credential brought again changes nothing; one that is new stands, whatever becomes of the profile. */
async function profileOf(
  profiles: Profiles,
  { created, wallet, entry, credential }: Accepted,
  wishes: { username: unknown; userImage: unknown },
): Promise<string | undefined> {
  if (!created) return profiles.of(wallet);
  const { ethereumAddress: ethAddress } = credential.message.issuer;
  try {
    return await profiles.open({ wallet, authority: { by: "credential", entry }, ethAddress, ...wishes });
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

async function liveCredentialOf(
  credentials: CredentialClients,
  document: string,
  clock: Clock,
): Promise<LiveCredential | undefined> {
  const [stored] = await credentials.find({ document }, 1);
  if (!stored || !isLive(stored, clock())) return undefined;
  const { issuerId: user, credentialSubjectId: key } = rowOf(stored);
  return { document, user, key };
}

async function liveDelegationOf(
  store: OperationStore,
  document: string,
  clock: Clock,
): Promise<GivenDelegation | undefined> {
  const known = await store.delegationByDocument(document);
  // Asked for by its key, so that a contract which has to be asked again is.
  const found = known && (await store.delegationsOf(known.user, known.key));
  const delegation = found?.find((each) => each.document === document);
  if (!delegation || stateNow(delegation, clock()) !== "LIVE") return undefined;
  const { user, key, expiresAt } = delegation;
  return { document, user, key, expiresAt };
}
