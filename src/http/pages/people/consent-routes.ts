import { z } from "zod";
import { appPoint } from "../../../identity/app-key.ts";
import { maxLimits, parseMay } from "../../../identity/delegation.ts";
import type { DeviceDecision } from "../../../identity/device.ts";
import { ensure, Failure } from "../../../kernel/failure.ts";
import { asText, isObject, type JsonObject, parseJson } from "../../../kernel/json.ts";
import { day } from "../../../kernel/time.ts";
import { parseRenownCredential, renownCredentialDigest } from "../../../securing/eip712.ts";
import type { Call, Door } from "../../call.ts";
import { json, type Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { formRoute, pageRoute } from "../form.ts";
import { guestOf } from "../guest.ts";
import { pageReply, redirect } from "../layout.ts";
import { texts } from "../texts.ts";
import { composeCredential, readConsentRequest, typedDataOf, withProof } from "./consent.ts";
import { consentPage } from "./consent-page.ts";
import { consolePage, outcomePage } from "./console-page.ts";
import { deviceCodePage, devicePage } from "./device-page.ts";
import { signedByOther } from "./other-signer.ts";
import { chainNumber, walletAddress } from "./sign-in-routes.ts";

/** Everything by which somebody lets an app, a command line or a device act for them, or does not. */
export function consentRoutes(door: Door): Route[] {
  return [messageRoute(door), grantRoute(door), ...consoleRoutes(door), ...deviceRoutes(door)];
}

/** The start page when an app sends somebody there. */
export async function serveConsent(door: Door, call: Call, query: URLSearchParams): Promise<Reply> {
  const { pages, services } = door;
  const request = readConsentRequest(query, pages.deepLinks);
  const { formToken: token, headers } = await guestOf(door, call);
  const cameFrom = originOf(call.request.header("referer"), services.origin);
  return pageReply(consentPage({ request, cameFrom, token, now: call.now, maxLife: pages.maxDelegationLife }), headers);
}

/** Makes what the wallet is asked to sign, so that the page and the service cannot mean different things. */
function messageRoute(door: Door): Route {
  const fields = z.looseObject({
    app: z.string().max(128),
    label: z.string().min(1).max(256),
    limits: z.enum(["said", "unsaid"]),
    "may[]": z.array(z.string().max(256)).max(maxLimits).default([]),
    days: z.string().regex(/^[1-9]\d{0,3}$/),
    address: walletAddress,
    chainId: chainNumber,
  });
  return formRoute(door, "/consent/message", { fields }, ({ now }, { fields: asked }) => {
    const { app, label, limits, "may[]": may, days, address, chainId } = asked;
    appPoint(app);
    may.forEach(parseMay);
    const said = may.length > 0 ? may : ["none"];
    const expiresAt = now + Number(days) * day;
    const terms = { app, label, address, chainId, issuedAt: now, expiresAt };
    const message = composeCredential({ ...terms, limits: limits === "unsaid" ? undefined : said });
    return json(typedDataOf(message, chainId));
  });
}

/** Keeps the signed credential, and tells whoever waits for it. */
function grantRoute(door: Door): Route {
  const fields = z.looseObject({
    message: z.string().max(16_384),
    signature: z.string().max(16_384),
    chainId: chainNumber,
    console: z.string().max(128).optional(),
    device: z.string().max(32).optional(),
  });
  return formRoute(door, "/consent", { fields }, async (call, { fields: sent }) => {
    const message = parseJson(sent.message);
    ensure(isObject(message) && isObject(message.issuer), "INVALID_CREDENTIAL");
    const user = asText(message.issuer.id);
    await door.gate.guardKey(call, user.toLowerCase());
    const document = await accept(door, message as JsonObject, sent.chainId, sent.signature);
    if (sent.console !== undefined) await door.services.console.complete(sent.console, document);
    if (sent.device !== undefined) await decideDevice(door, call, sent.device, { approve: true, delegation: document });
    return json({ user });
  });
}

/** The same corridor as `POST /api/credential/renown`: the credential is checked, kept, and opens a profile. */
async function accept({ services }: Door, message: JsonObject, chainId: number, signature: string): Promise<string> {
  try {
    const posted = { credential: message, signature, domain: { version: "1", chainId } };
    return (await services.clients.accept(posted, undefined)).document;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "BAD_SIGNATURE") throw error;
    const { account, message: signed } = parseRenownCredential(withProof(message, chainId, signature));
    throw signedByOther(error, renownCredentialDigest(signed, chainId), signature, account.address);
  }
}

function consoleRoutes(door: Door): Route[] {
  const { console: words } = texts;
  const fields = z.strictObject({ console: z.string().max(128) });
  return [
    pageRoute(door, "/console", (call) => serveConsole(door, call)),
    pageRoute(door, "/console/done", () => pageReply(outcomePage("valid", words.ready))),
    pageRoute(door, "/console/denied", () => pageReply(outcomePage("invalid", words.denied))),
    formRoute(door, "/console/deny", { fields }, async (_call, { fields: { console: id } }) => {
      await door.services.console.deny(id);
      return redirect("/console/denied");
    }),
  ];
}

async function serveConsole(door: Door, call: Call): Promise<Reply> {
  const { services, pages } = door;
  const query = new URL(call.request.url).searchParams;
  const connect = query.get("connect") || query.get("app") || "";
  const session = await services.console.open(query.get("session") ?? "", connect, query.get("app") ?? undefined);
  const { console: words } = texts;
  if (session.status === "denied") return pageReply(outcomePage("invalid", words.denied));
  if (session.status !== "pending") return pageReply(outcomePage("undetermined", words.gone));
  const { formToken: token, headers } = await guestOf(door, call);
  return pageReply(consolePage({ session, token, now: call.now, maxLife: pages.maxDelegationLife }), headers);
}

function deviceRoutes(door: Door): Route[] {
  const { device: words } = texts;
  const fields = z.strictObject({ device: z.string().max(32) });
  return [
    pageRoute(door, "/device", (call) => serveDevice(door, call), { guarded: true }),
    pageRoute(door, "/device/done", () => pageReply(outcomePage("valid", words.ready))),
    pageRoute(door, "/device/denied", () => pageReply(outcomePage("invalid", words.denied))),
    formRoute(door, "/device/deny", { fields }, async (call, { fields: { device } }) => {
      await decideDevice(door, call, device, { approve: false });
      return redirect("/device/denied");
    }),
  ];
}

async function serveDevice(door: Door, call: Call): Promise<Reply> {
  const { services, pages, gate } = door;
  const code = new URL(call.request.url).searchParams.get("user_code")?.slice(0, 32);
  if (!code) return pageReply(deviceCodePage("", false));
  const request = await services.devices.find(code);
  // A wrong code counts as a failed guess: there are too many to try them all at this pace.
  if (!request) {
    await gate.count(call, new Failure("NONCE_UNKNOWN"));
    return pageReply(deviceCodePage(code, true), {}, 404);
  }
  const { formToken: token, headers } = await guestOf(door, call);
  return pageReply(devicePage({ request, token, now: call.now, maxLife: pages.maxDelegationLife }), headers);
}

/** The site that a page was opened from, where the browser says so and it is not ours. */
function originOf(referrer: string | undefined, own: string): string | undefined {
  const origin = referrer === undefined ? undefined : URL.parse(referrer)?.origin;
  return origin === own || origin === "null" ? undefined : origin;
}

/** A wrong code counts as a failed guess: it could end a stranger's login, or take it over. */
async function decideDevice(door: Door, call: Call, userCode: string, decision: DeviceDecision): Promise<void> {
  try {
    await door.services.devices.decide(userCode, decision);
  } catch (error) {
    const guessed = error instanceof Failure && error.code === "NOT_FOUND";
    if (guessed) await door.gate.count(call, new Failure("NONCE_UNKNOWN"));
    throw error;
  }
}
