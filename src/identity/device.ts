import { digestOf } from "#primitives";
import { fromBase64url } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { randomText } from "../kernel/random.ts";
import { type Clock, iso, type Millis, minute, second } from "../kernel/time.ts";
import { appPoint } from "./app-key.ts";
import { limitNames, parseLimits } from "./delegation.ts";
import type { Did } from "./did.ts";
import { randomCode, shownCode, typedCode } from "./short-code.ts";

export type DeviceStatus = "pending" | "approved" | "denied" | "spent";

/** A request as it is kept; the device code itself is nowhere. */
export type DeviceRecord = {
  /** base64url(SHA-256(device code)) */
  hash: string;
  /** Eight letters, without the hyphen. */
  userCode: string;
  app: Did;
  /** The limits asked for; undefined where nothing was said. */
  may: string[] | undefined;
  label: string;
  status: DeviceStatus;
  /** The document of the delegation that approved it. */
  delegation: string | undefined;
  /** Seconds that the device waits between two polls. */
  wait: number;
  expiresAt: Millis;
};

export type DeviceStore = {
  /** Keeps a request, and forgets a bounded number of old ones; false where the user code is in use. */
  add(request: DeviceRecord, now: Millis): Promise<boolean>;
  /** One that has not run out. */
  byUserCode(userCode: string, now: Millis): Promise<DeviceRecord | undefined>;
  byHash(hash: string): Promise<DeviceRecord | undefined>;
  /** From pending to another status; of any number of callers one gets true. */
  decide(
    userCode: string,
    status: "approved" | "denied",
    delegation: string | undefined,
    now: Millis,
  ): Promise<boolean>;
  /** Notes a poll. False where the last one was less than `wait` seconds ago, give or take: then `wait` grows by 5. */
  poll(hash: string, now: Millis): Promise<boolean>;
  /** From approved to spent; of any number of callers one gets true. */
  spend(hash: string, now: Millis): Promise<boolean>;
};

/** What a device tells the person who holds it, and itself asks with (RFC 8628, section 3.2). Times in seconds. */
export type DeviceAuthorization = {
  deviceCode: string;
  userCode: string;
  verificationUri: string;
  verificationUriComplete: string;
  expiresIn: number;
  interval: number;
};

/** A request as a page shows it: which key asks, for what, and what it calls itself. */
export type DeviceRequest = { userCode: string; app: Did; may: string[] | null; label: string; expiresAt: string };

export type DeviceDecision = { approve: true; delegation: string } | { approve: false };

/** The errors of RFC 8628, section 3.5, and of RFC 6749, section 5.2. */
export type DeviceError = "authorization_pending" | "slow_down" | "access_denied" | "expired_token" | "invalid_grant";

/** What a device gets: the delegation that lets its key speak, or why not (yet). */
export type DeviceAnswer = { error: DeviceError } | { delegation: GivenDelegation };

/** A live delegation: its document, whose it is, to which key and until when. */
export type GivenDelegation = { document: string; user: Did; key: Did; expiresAt: Millis };

export type Devices = {
  /** Refuses with INVALID_DID and INVALID_CREDENTIAL (limits that cannot be read). */
  authorize(request: {
    app: Did;
    may?: readonly string[] | undefined;
    label?: string | undefined;
  }): Promise<DeviceAuthorization>;
  /** By the code as somebody typed it; undefined where none waits for a decision. */
  find(userCode: string): Promise<DeviceRequest | undefined>;
  /** Refuses with NOT_FOUND (none waits), FORBIDDEN (no live delegation of exactly this key) and ALREADY_SET. */
  decide(userCode: string, decision: DeviceDecision): Promise<void>;
  /** Asked by the device, with its code and its own key. */
  token(deviceCode: string, app: Did): Promise<DeviceAnswer>;
};

/** How long a person has to type the code and to decide. */
export const deviceLife = 10 * minute;
/** Seconds between two polls, to begin with. */
export const pollInterval = 5;

/** Characters of what the device calls itself. */
const maxLabel = 128;
/** A clash of user codes is a matter of one in billions; more than one in a row is a fault. */
const maxTries = 4;

export type DeviceParts = {
  origin: string;
  store: DeviceStore;
  clock: Clock;
  /** Undefined for what is unknown or has ended. */
  liveDelegation(document: string): Promise<GivenDelegation | undefined>;
};

/** Device authorization (RFC 8628): a person types a short code and lets the key of a device speak for a wallet. */
export function createDevices(parts: DeviceParts): Devices {
  const { store, clock } = parts;
  const waiting = async (typed: string): Promise<DeviceRecord | undefined> => {
    const code = typedCode(typed);
    const request = code && (await store.byUserCode(code, clock()));
    return request && request.status === "pending" ? request : undefined;
  };
  return {
    authorize: (request) => authorize(parts, request),
    find: async (typed) => {
      const request = await waiting(typed);
      return request && shown(request);
    },
    decide: async (typed, decision) => {
      const request = await waiting(typed);
      ensure(request, "NOT_FOUND");
      if (decision.approve) {
        const given = await parts.liveDelegation(decision.delegation);
        ensure(given?.key === request.app, "FORBIDDEN", "No live delegation of this id names the key that asks.");
      }
      const status = decision.approve ? "approved" : "denied";
      const document = decision.approve ? decision.delegation : undefined;
      ensure(await store.decide(request.userCode, status, document, clock()), "ALREADY_SET");
    },
    token: (code, app) => answer(parts, code, app),
  };
}

async function authorize(
  { origin, store, clock }: DeviceParts,
  { app, may, label = "" }: Parameters<Devices["authorize"]>[0],
): Promise<DeviceAuthorization> {
  appPoint(app);
  const limits = parseLimits(
    (may ?? []).map((name) => `renown:may:${name}`),
    "renown:may:",
  );
  const deviceCode = randomText(32);
  for (let tries = 0; tries < maxTries; tries++) {
    const userCode = randomCode();
    const now = clock();
    const request: DeviceRecord = {
      hash: digestOf(deviceCode),
      userCode,
      app,
      may: limits === "unsaid" ? undefined : limitNames(limits),
      label: plainLabel(label),
      status: "pending",
      delegation: undefined,
      wait: pollInterval,
      expiresAt: now + deviceLife,
    };
    if (!(await store.add(request, now))) continue;
    return {
      deviceCode,
      userCode: shownCode(userCode),
      verificationUri: `${origin}/device`,
      verificationUriComplete: `${origin}/device?user_code=${shownCode(userCode)}`,
      expiresIn: deviceLife / second,
      interval: pollInterval,
    };
  }
  throw new Failure("UNAVAILABLE");
}

async function answer({ store, clock, liveDelegation }: DeviceParts, code: string, app: Did): Promise<DeviceAnswer> {
  const now = clock();
  const hash = fromBase64url(code)?.length === 32 ? digestOf(code) : "";
  const request = hash === "" ? undefined : await store.byHash(hash);
  // A code that was spent, or that another key asked for, is as good as unknown.
  if (!request || request.app !== app || request.status === "spent") return { error: "invalid_grant" };
  if (request.expiresAt <= now) return { error: "expired_token" };
  if (!(await store.poll(hash, now))) return { error: "slow_down" };
  if (request.status === "denied") return { error: "access_denied" };
  if (request.delegation === undefined) return { error: "authorization_pending" };
  const delegation = await liveDelegation(request.delegation);
  if (!delegation) return { error: "access_denied" };
  return (await store.spend(hash, now)) ? { delegation } : { error: "invalid_grant" };
}

function shown({ userCode, app, may, label, expiresAt }: DeviceRecord): DeviceRequest {
  return { userCode: shownCode(userCode), app, may: may ?? null, label, expiresAt: iso(expiresAt) };
}

/** What a stranger wrote is shown to a person: no controls, no marks that turn the direction, no lone surrogates. */
function plainLabel(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .trim()
    .slice(0, maxLabel)
    .toWellFormed();
}
