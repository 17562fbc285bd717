import { z } from "@hono/zod-openapi";
import { isMay, maxLimits, maySentence } from "../../identity/delegation.ts";
import { ensure } from "../../kernel/failure.ts";
import { clearedCookie, partyOf, sessionCookie } from "../authentication.ts";
import type { Call, Door } from "../call.ts";
import { examples } from "../examples.ts";
import { json, nothing } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { did, moment, walletMessage } from "../schemas.ts";

const tokens = {
  user: did,
  session: z.string(),
  accessToken: z.string().openapi({ description: "A JWT for 15 minutes: Authorization: Bearer." }),
  accessTokenExpiresAt: moment,
  refreshToken: z.string().openapi({ description: "Good for one refresh." }),
  sessionExpiresAt: moment,
};

export function authRoutes(door: Door): Route[] {
  return [nonceRoute(door), signInRoute(door), refreshRoute(door), signOutRoute(door)];
}

function nonceRoute({ services }: Door): Route {
  const limit = z.string().max(256).refine(isMay, maySentence);
  return route("post", "/v1/auth/nonce", {
    tag: "Sign in",
    summary: "Ask for a nonce",
    description:
      "For signing in, or for delegating an app key: then for exactly this key, these limits and this expiry. The " +
      "message must say the statement word for word.",
    shared: true,
    body: {
      schema: z.strictObject({
        purpose: z.enum(["sign-in", "delegate"]),
        app: z.string().max(128).optional().openapi({ description: "The did:key of the app (P-256)." }),
        may: z.array(limit).max(maxLimits).optional().openapi({ description: "Limits of the delegation." }),
        until: moment.optional(),
      }),
      example: examples.nonceRequest,
    },
    answers: {
      200: answer(
        "A nonce for ten minutes.",
        z.object({ nonce: z.string(), statement: z.string(), expiresAt: moment }),
        {
          nonce: "Zk3vQ9bT1xYw7LmN5pRs2DfG",
          statement: examples.statement,
          expiresAt: "2026-11-20T12:10:00.000Z",
        },
      ),
    },
    refusals: ["INVALID_DID", "UNREADABLE_DATE", "EXPIRED", "LIFETIME_TOO_LONG"],
    handle: async (_call, { body }) => json(await services.auth.nonce(body)),
  });
}

function signInRoute(door: Door): Route {
  return route("post", "/v1/auth/siwe", {
    tag: "Sign in",
    summary: "Sign in with a wallet",
    description:
      "EIP-4361. Answers tokens and the identity credential (vc+jwt), and sets the session cookie of our own pages. A " +
      "message that delegates a key opens no session.",
    guarded: true,
    body: { schema: walletMessage, example: examples.walletMessage },
    answers: {
      200: answer("Signed in.", z.object({ ...tokens, credential: z.string() })),
    },
    refusals: [
      "INVALID_SIWE",
      "WRONG_CHAIN",
      "UNREADABLE_DATE",
      "NONCE_UNKNOWN",
      "NONCE_PURPOSE",
      "WRONG_STATEMENT",
      "WRONG_DOMAIN",
      "NOT_YET_VALID",
      "EXPIRED",
      "BAD_SIGNATURE",
      "CONTRACT_WALLET",
    ],
    handle: async (call, { body }) => {
      await door.gate.guardKey(call, walletOf(body.message));
      const answered = await door.services.auth.signIn(body, call.request.header("user-agent") ?? "");
      const { cookie: _, ...shown } = answered;
      return json(shown, 200, { "set-cookie": sessionCookie(answered, call.now) });
    },
  });
}

function refreshRoute({ services }: Door): Route {
  return route("post", "/v1/auth/refresh", {
    tag: "Sign in",
    summary: "Trade a refresh token for new tokens",
    description: "Once; within 30 seconds the same token gets the same answer. Used again later, it ends the session.",
    guarded: true,
    body: { schema: z.strictObject({ refreshToken: z.string().max(512) }), example: examples.refresh },
    answers: { 200: answer("New tokens.", z.object(tokens)) },
    refusals: ["INVALID_TOKEN", "TOKEN_REUSED", "UNAUTHENTICATED", "TOKEN_EXPIRED"],
    handle: async (_call, { body }) => json(await services.auth.refresh(body.refreshToken)),
  });
}

function signOutRoute(door: Door): Route {
  return route("post", "/v1/auth/sign-out", {
    tag: "Sign in",
    summary: "End this session",
    guarded: true,
    callers: ["session", "page"],
    body: { schema: z.strictObject({}), example: {}, optional: true },
    answers: { 204: { says: "Ended; the cookie is cleared." } },
    refusals: ["FORBIDDEN"],
    handle: async (call: Call) => {
      const party = await partyOf(door, call);
      ensure(party.by === "session", "FORBIDDEN", "Only a session can be signed out.");
      await door.services.auth.endSession(party, party.session);
      return nothing({ "set-cookie": clearedCookie });
    },
  });
}

/** The account on the second line of the message, by which failures are counted; read for good elsewhere. */
function walletOf(message: string): string {
  return (message.split("\n", 2)[1] ?? "").slice(0, 42).toLowerCase();
}
