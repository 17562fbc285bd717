import { z } from "zod";
import { awardKind } from "../../../badges/award.ts";
import { appPoint } from "../../../identity/app-key.ts";
import { parseSiwe } from "../../../identity/siwe.ts";
import { messageDigest } from "../../../identity/wallet.ts";
import { ensure, Failure } from "../../../kernel/failure.ts";
import { isObject, type JsonObject, parseJson } from "../../../kernel/json.ts";
import { hour, iso, type Millis } from "../../../kernel/time.ts";
import type { Door } from "../../call.ts";
import { json } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { formRoute } from "../form.ts";
import { signedByOther } from "../people/other-signer.ts";
import { chainNumber, walletAddress } from "../people/sign-in-routes.ts";
import { walletMessage } from "../people/wallet-message.ts";

/** How long a key in a browser may change badges before the wallet is asked again. */
export const badgeKeyLife: Millis = hour;

/** These kinds take operations whole and nothing else, so a key is limited to what it is for: kinds, or actions of one. */
const limits = {
  badges: ["renown/award"],
  organizations: ["renown/organization", "renown/badge-class", "renown/award"],
  attestations: ["ATTEST", "RETRACT", "RESPOND", "RULE"].map((action) => `renown/reputation:${action}`),
  reputation: ["renown/reputation"],
} as const;

/** How a wallet lets a key of this browser act for it for a while, and what that key signs then. */
export function badgeKeyRoutes(door: Door): Route[] {
  return [messageRoute(door), delegationRoute(door), prepareRoute(door)];
}

function messageRoute(door: Door): Route {
  const key = {
    app: z.string().max(128),
    purpose: z.enum(["badges", "organizations", "attestations", "reputation"]).default("badges"),
  };
  const fields = z.strictObject({ ...key, address: walletAddress, chainId: chainNumber });
  return formRoute(door, "/badge-key/message", { fields }, async (call, { fields: { purpose, ...asked } }) => {
    const { services } = door;
    const may = limits[purpose];
    appPoint(asked.app);
    const until = iso(call.now + badgeKeyLife);
    const { nonce, statement } = await services.auth.nonce({ purpose: "delegate", app: asked.app, may, until });
    const { origin } = services;
    const message = walletMessage({ origin, nonce, statement, now: call.now, ...asked }, [
      `Expiration Time: ${until}`,
      "Resources:",
      ...[asked.app, ...may.map((name) => `urn:renown:may:${name}`)].map((resource) => `- ${resource}`),
    ]);
    // How long it lives, not until when: clocks of browsers are what they are.
    return json({ message, life: badgeKeyLife });
  });
}

function delegationRoute(door: Door): Route {
  const fields = z.strictObject({ message: z.string().min(1).max(8192), signature: z.string().max(16_384) });
  return formRoute(door, "/badge-key", { fields }, async (call, { fields: proof }) => {
    const { account } = parseSiwe(proof.message);
    await door.gate.guardKey(call, account.address);
    try {
      const { delegation } = await door.services.delegations.give(proof, undefined);
      return json({ user: delegation.user });
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "BAD_SIGNATURE") throw error;
      throw signedByOther(error, messageDigest(proof.message), proof.signature, account.address);
    }
  });
}

/** Writes an operation down for the browser's key to sign; of what is hidden, for those alone who see it. */
function prepareRoute(door: Door): Route {
  const fields = z.strictObject({
    document: z.string().min(1).max(256),
    user: z.string().max(128),
    app: z.string().max(128),
    type: z.string().max(64),
    input: z.string().max(1024),
  });
  return formRoute(door, "/badge-key/prepare", { fields }, async (call, { guest, fields: asked }) => {
    const { services, gate } = door;
    const { document, user, app, type } = asked;
    const input = parseJson(asked.input);
    ensure(isObject(input), "INVALID_INPUT");
    await gate.spend(call, 2);
    await services.documents.get(document, async () => guest.session);
    const wish = { kind: awardKind, document, user, app, operations: [{ type, input: input as JsonObject }] };
    return json((await services.prepare(wish)).operations[0]);
  });
}
