import { privateKeyToAccount } from "viem/accounts";
import { awardKind } from "../../../src/badges/award.ts";
import { badgeClassKind } from "../../../src/badges/badge-class.ts";
import type { Did } from "../../../src/identity/did.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { iso } from "../../../src/kernel/time.ts";
import { auditBundle } from "../../../src/operations/audit.ts";
import { type Bundle, makeBundle } from "../../../src/operations/bundle.ts";
import { derivedId } from "../../../src/operations/document-id.ts";
import type { GroundName } from "../../../src/operations/grounds.ts";
import { createReactor } from "../../../src/operations/reactor.ts";
import type { Receipt } from "../../../src/operations/receipt.ts";
import type { Previous } from "../../../src/operations/sign.ts";
import type { Signer } from "../../../src/operations/signature.ts";
import { organizationKind } from "../../../src/organizations/organization-state.ts";
import { reputationKind } from "../../../src/reputation/reputation-state.ts";
import { alice, appKey, bob, openHouse, operationKey, otherKey, userOf } from "../../harness.ts";

export const carol = privateKeyToAccount(`0x${"c1".repeat(32)}`);
export const dave = privateKeyToAccount(`0x${"d1".repeat(32)}`);
export const eve = privateKeyToAccount(`0x${"e1".repeat(32)}`);

/** The organisation's own key: names no user. */
export const guildKey = otherKey;

const may = [organizationKind, badgeClassKind, awardKind, reputationKind];

type Wallet = typeof alice;
export type Who = Wallet | "guild";

/**
 * A house with an organisation of alice's, where bob issues, dave is arbiter and carol a member, and a key of its own.
 * Everybody's app key may act on reputations.
 */
export async function openSociety(more: Parameters<typeof openHouse>[0] = []) {
  const house = openHouse(more);
  for (const wallet of [alice, bob, carol, dave, eve]) await house.delegate({ wallet, app: appKey.did, may });
  const guild = await openOrganization(house, "guild");
  const roles = {
    alice: guild.init,
    bob: await guild.act("SET_MEMBER", { user: userOf(bob), role: "issuer" }),
    carol: await guild.act("SET_MEMBER", { user: userOf(carol), role: "viewer" }),
    dave: await guild.act("SET_MEMBER", { user: userOf(dave), role: "arbiter" }),
    key: await guild.act("ADD_KEY", { key: guildKey.did, made: false }),
  };
  const fields = await guild.act("SET_FIELDS", { fields: [{ id: "craft/welding", name: "Welding" }] });

  const documentOf = (subject: Did) => derivedId(house.realm, reputationKind, subject);
  /** Signs an operation on a subject's reputation. */
  const sign = async (who: Who, type: string, subject: Did, input: JsonObject, previous?: Previous) => {
    const document = documentOf(subject);
    const user = who === "guild" ? "" : userOf(who);
    const intent = { document, kind: reputationKind, type, input: { subject, ...input }, user };
    const key: Signer = who === "guild" ? guildKey : appKey;
    return { document, ...(await house.sign(previous ? { ...intent, previous } : intent, key)) };
  };
  const send = async ({ document, action }: Awaited<ReturnType<typeof sign>>, reactor = house.reactor) =>
    (await reactor.submit(document, [action], reputationKind))[0]!;
  /** Signs and sends it; the receipt. */
  const does = async (who: Who, type: string, subject: Did, input: JsonObject) =>
    send(await sign(who, type, subject, input));
  return { house, guild, roles, fields, documentOf, sign, send, does };
}

export type Society = Awaited<ReturnType<typeof openSociety>>;

/** What an attestation says unless told otherwise. */
export const praise = { field: "craft/welding", kind: "contribution", value: "3.5" };

/** What the guild attests by its member bob. */
export function byBob({ guild, roles, fields }: Society, more: JsonObject = {}): JsonObject {
  const named = { standing: "organization", organization: guild.document, restsOn: [roles.bob, fields] };
  return { ...praise, ...named, ...more } as unknown as JsonObject;
}

/** What carol attests as a fellow member of the subject, by its role and its own word that it joined. */
export function byFellow(society: Society, theirs: readonly GroundName[], more: JsonObject = {}): JsonObject {
  const { guild, roles, fields } = society;
  const named = { standing: "membership", organization: "", context: guild.document };
  return { ...praise, ...named, restsOn: [roles.carol, ...theirs, fields], ...more } as unknown as JsonObject;
}

/** An organisation of alice's; `act` signs for her behind its head and says what the entry gives. */
export async function openOrganization(house: ReturnType<typeof openHouse>, slug: string) {
  const user = userOf(alice);
  const { document, action } = await house.opening(organizationKind);
  let previous: Previous | undefined;
  const signed = async (type: string, input: JsonObject) => {
    const intent = { document, kind: organizationKind, type, input, user };
    const { action: next, digest, previous: after } = await house.sign(previous ? { ...intent, previous } : intent);
    previous = after;
    return { action: next, ground: { document, operation: digest } };
  };
  const { action: init, ground } = await signed("INIT", { slug, name: slug });
  await house.reactor.open(action, organizationKind, [init]);
  const act = async (type: string, input: JsonObject): Promise<GroundName> => {
    const { action: next, ground: given } = await signed(type, input);
    await house.reactor.submit(document, [next]);
    return given;
  };
  return { document, init: ground, act, signed };
}

/** The code of the refusal, or "admitted". */
export async function outcome(submitted: Promise<unknown>): Promise<string> {
  try {
    await submitted;
    return "admitted";
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

export function named({ document, operation }: Pick<Receipt, "document" | "operation">): GroundName {
  return { document, operation };
}

/** A second reactor over the same store, as another process has it. */
export function anotherProcess({ store, kinds, realm, clock, isServiceKey }: Society["house"]) {
  return createReactor({ store, kinds, realm, clock: clock.now, operationKey, isServiceKey });
}

export async function bundleOf({ store, realm, clock }: Society["house"], document: string): Promise<Bundle> {
  const service = { did: "did:web:localhost%3A8787", operationKeys: [operationKey.did] };
  const made = await makeBundle(store, document, { realm, now: iso(clock.now()), service });
  return JSON.parse(JSON.stringify(made));
}

export async function audited(house: Society["house"], bundle: Bundle) {
  const report = await auditBundle(bundle, { kinds: house.kinds, operationKeys: [operationKey.did] });
  return { report, codes: report.findings.map(({ law, code }) => `${law} ${code}`) };
}
