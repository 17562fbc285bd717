import { z } from "zod";
import { maxChainId } from "../../../identity/did.ts";
import { parseSiwe } from "../../../identity/siwe.ts";
import { messageDigest } from "../../../identity/wallet.ts";
import { ensure, Failure } from "../../../kernel/failure.ts";
import { minute, second } from "../../../kernel/time.ts";
import { clearedCookie, cookieNamed, sessionCookie } from "../../authentication.ts";
import type { Door } from "../../call.ts";
import { json, nothing } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { formRoute } from "../form.ts";
import { redirect } from "../layout.ts";
import { signedByOther } from "./other-signer.ts";
import { walletMessage } from "./wallet-message.ts";

/** The message that a wallet is asked to sign here; only the browser that asked for it can sign in with it. */
const nonceCookieName = "__Host-renown-nonce";
const nonceCookieLife = 10 * minute;

export const walletAddress = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "An address is 0x and 40 hex digits.");
export const chainNumber = z
  .string()
  .regex(/^[1-9]\d{0,9}$/, "A chain id is a number.")
  .transform(Number)
  .refine((chainId) => chainId <= maxChainId, "The chain id is too large.");

export function signInRoutes(door: Door): Route[] {
  return [messageRoute(door), signInRoute(door), signOutRoute(door)];
}

/** Makes the message for a wallet, and binds its nonce to this browser before anything is signed. */
function messageRoute(door: Door): Route {
  const fields = z.strictObject({ address: walletAddress, chainId: chainNumber });
  return formRoute(door, "/sign-in/message", { fields }, async (call, { fields: asked }) => {
    const { services } = door;
    const { nonce, statement } = await services.auth.nonce({ purpose: "sign-in" });
    const message = walletMessage({ origin: services.origin, nonce, statement, now: call.now, ...asked });
    const seconds = nonceCookieLife / second;
    const cookie = `${nonceCookieName}=${nonce}; Path=/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=Strict`;
    return json({ message }, 200, { "set-cookie": cookie });
  });
}

/** Opens a session and hands nothing to scripts: the cookie is all there is. */
function signInRoute(door: Door): Route {
  const fields = z.strictObject({ message: z.string().min(1).max(8192), signature: z.string().max(16_384) });
  return formRoute(door, "/sign-in", { fields }, async (call, { fields: proof }) => {
    const { account, nonce } = parseSiwe(proof.message);
    await door.gate.guardKey(call, account.address);
    // A message with another's nonce would sign this browser in as somebody else.
    ensure(cookieNamed(call, nonceCookieName) === nonce, "NONCE_UNKNOWN", "The message was not made for this browser.");
    try {
      const answer = await door.services.auth.signIn(proof, call.request.header("user-agent") ?? "");
      return nothing({ "set-cookie": sessionCookie(answer, call.now) });
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "BAD_SIGNATURE") throw error;
      throw signedByOther(error, messageDigest(proof.message), proof.signature, account.address);
    }
  });
}

function signOutRoute(door: Door): Route {
  return formRoute(door, "/sign-out", { fields: z.strictObject({}) }, async (_call, { guest }) => {
    const { session } = guest;
    if (session) await door.services.auth.endSession(session, session.session);
    return redirect("/", { "set-cookie": clearedCookie });
  });
}
