import { keyDid } from "../../../src/identity/did.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { iso } from "../../../src/kernel/time.ts";
import { organization } from "../../../src/organizations/organization.ts";
import { makePrivateKey, signerOfKey } from "../../../src/securing/keys.ts";
import { type Act, type By, given, noon, serviceKey } from "../given.ts";

export const appKey = "did:key:zDnaevvCXbHpbyCpybTMZbPK6snWfAGxiLaDAx936DMa8XmwV";

const addressOf = (letter: string) => `0x${letter.repeat(40)}`;
export const wallet = (letter: string, chainId = 1) => `did:pkh:eip155:${chainId}:${addressOf(letter)}`;

export const [ann, bea, cai, dan] = [wallet("a"), wallet("b"), wallet("c"), wallet("d")] as const;

const limits = [{ kind: organization.name }];
export const by = (user: string, more: Partial<By> = {}): By => ({
  user,
  app: appKey,
  binding: "full",
  by: "delegation",
  limits,
  ...more,
});
export const service: By = { user: "", app: serviceKey, binding: "full", by: "service" };

export const act = (type: string, input: JsonObject, who: By | string = ann, at = noon): Act => ({
  type,
  input,
  by: typeof who === "string" ? by(who) : who,
  at,
});

export const init = (more: JsonObject = {}, who: By | string = ann) =>
  act("INIT", { slug: "example-academy", name: "Example Academy", ...more }, who);
export const member = (user: string, role: string, who: By | string = ann) => act("SET_MEMBER", { user, role }, who);
export const leave = (user: string, who: By | string = ann) => act("REMOVE_MEMBER", { user }, who);
export const addKey = (key: string, who: By | string = ann, at = noon) => act("ADD_KEY", { key, made: true }, who, at);
export const retire = (key: string, compromisedFrom?: number, who: By | string = ann, at = noon) =>
  act("RETIRE_KEY", { key, ...(compromisedFrom !== undefined && { compromisedFrom: iso(compromisedFrom) }) }, who, at);
export const setDomain = (domain: string, who: By | string = ann) => act("SET_DOMAIN", { domain }, who);
export const record = (found: JsonObject, who: By = service, at = noon) =>
  act(
    "RECORD_DOMAIN",
    {
      domain: "example.edu",
      verified: true,
      method: "file",
      code: null,
      checkedAt: iso(at),
      ...found,
    },
    who,
    at,
  );

export const clientId = (n: number) => `${"A".repeat(18)}${String(n).padStart(4, "0")}`;
export const addClient = (n: number, more: JsonObject = {}, who: By | string = ann) =>
  act("ADD_CLIENT", { client: clientId(n), name: "School", scopes: ["awards:write"], mode: "live", ...more }, who);

/** The organisation that Ann has opened, and what was done to it since. */
export const academy = (...log: Act[]) => given(organization, [init(), ...log], { user: ann, app: appKey });
export const unopened = () => given(organization, [], { user: ann, app: appKey });

/** Keys that nobody has used before. */
export const newKey = (type: "P-256" | "Ed25519" | "secp256k1") => signerOfKey(type, makePrivateKey(type)).did;
export const noPoint = keyDid("P-256", new Uint8Array(33).fill(5));
