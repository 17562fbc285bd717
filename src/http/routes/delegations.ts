import { z } from "@hono/zod-openapi";
import { isObject } from "../../kernel/json.ts";
import { partyIfAny, partyOf } from "../authentication.ts";
import { type Door, pathPart } from "../call.ts";
import { examples } from "../examples.ts";
import { json } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { delegation, rawObject, walletMessage } from "../schemas.ts";

export function delegationRoutes(door: Door): Route[] {
  return [giveRoute(door), revokeRoute(door)];
}

function giveRoute(door: Door): Route {
  return route("post", "/v1/delegations", {
    tag: "Delegations",
    summary: "Let an app key act for a wallet",
    description:
      "The proof is a Renown credential with its EIP-712 proof, or a sign-in message with a nonce for delegating. It is " +
      "verified before anything is kept. A credential is taken from anybody within an hour of its issuance, later only " +
      "with the key's own bearer token or the wallet's session.",
    shared: true,
    guarded: true,
    body: {
      schema: z.union([z.strictObject({ credential: rawObject }), walletMessage]),
      example: examples.walletMessage,
    },
    answers: {
      201: answer("The delegation lives from here on.", delegation),
      200: answer("The same credential was brought before.", delegation),
    },
    refusals: [
      "INVALID_CREDENTIAL",
      "INVALID_SIWE",
      "NONCE_UNKNOWN",
      "NONCE_PURPOSE",
      "WRONG_STATEMENT",
      "WRONG_DOMAIN",
      "WRONG_CHAIN",
      "BAD_SIGNATURE",
      "CONTRACT_WALLET",
      "INVALID_DID",
      "UNREADABLE_DATE",
      "NOT_YET_VALID",
      "EXPIRED",
      "STALE",
      "FROM_THE_FUTURE",
      "LIFETIME_TOO_LONG",
      "CREDENTIAL_KNOWN",
      "REVOKED",
    ],
    handle: async (call, { body }) => {
      await door.gate.guardKey(call, claimedWallet(body));
      const party = await partyIfAny(door, call);
      const { delegation: given, created } = await door.services.delegations.give(body, party);
      return json(given, created ? 201 : 200);
    },
  });
}

function revokeRoute(door: Door): Route {
  return route("delete", "/v1/delegations/{id}", {
    tag: "Delegations",
    summary: "Revoke a delegation",
    description: "By the app's own token, of itself alone; by the wallet's session; by the operator, marked so.",
    shared: true,
    guarded: true,
    callers: ["session", "page", "app", "operator"],
    parts: { id: { says: "The document id of the delegation.", example: "0f8fad5b-d9cb-469f-a165-70867728950e" } },
    body: {
      schema: z.strictObject({ reason: z.string().max(512).nullable().optional() }),
      example: { reason: "Signed out." },
      optional: true,
    },
    answers: { 200: answer("The delegation as it stands now.", delegation) },
    refusals: ["FORBIDDEN", "NOT_FOUND", "ALREADY_REVOKED"],
    handle: async (call, { body }) => {
      const party = await partyOf(door, call);
      return json(await door.services.delegations.revoke(party, pathPart(call, "id"), body.reason ?? null));
    },
  });
}

/** The wallet that a proof claims to be of, by which failures are counted. */
function claimedWallet(proof: { credential: unknown } | { message: string }): string {
  if ("message" in proof) return (proof.message.split("\n", 2)[1] ?? "").slice(0, 42).toLowerCase();
  const { credential } = proof;
  const issuer = isObject(credential) && isObject(credential.issuer) ? credential.issuer.id : undefined;
  return typeof issuer === "string" ? issuer.toLowerCase() : "";
}
