import { z } from "zod";
import { maxBakedBytes } from "../../../badges/baking.ts";
import { type CompactJws, parseCompact } from "../../../identity/jws.ts";
import { unlessRefused } from "../../../kernel/attempt.ts";
import type { Bytes } from "../../../kernel/bytes.ts";
import { ensure } from "../../../kernel/failure.ts";
import { isObject, type Json, parseJson } from "../../../kernel/json.ts";
import type { Asked } from "../../../services.ts";
import type { Call, Door } from "../../call.ts";
import type { Route } from "../../route.ts";
import { priceOf } from "../../routes/badge-verify.ts";
import { presentationPrice } from "../../routes/presentations.ts";
import { formRoute, pageRoute } from "../form.ts";
import { guestOf } from "../guest.ts";
import { pageReply } from "../layout.ts";
import { presentationIn } from "../reputation/presentation-reading.ts";
import { seePresentation } from "../reputation/presentation-view.ts";
import { reportToken } from "./token-report.ts";
import { badgeIn, badgeLinkIn, isClaimLink, personIn } from "./verify-badge-reading.ts";
import { type Finding, verifyPage } from "./verify-page.ts";

/** Operations that one paste is judged for: nobody reads more of them on a page. */
const mostShown = 20;

/** Characters of what somebody pastes as a token or a credential in one line. */
const maxJwt = 262_144;

export function verifyRoutes(door: Door): Route[] {
  const fields = z.strictObject({
    pasted: z.string().default(""),
    file: z.instanceof(Uint8Array<ArrayBuffer>).optional(),
    person: z.string().max(512).default(""),
    at: z.string().max(32).default(""),
  });
  const most = door.limits.bytes.body + maxBakedBytes;
  return [
    pageRoute(door, "/verify", async (call) => {
      const { formToken: token, headers } = await guestOf(door, call);
      return pageReply(verifyPage({ token }), headers);
    }),
    formRoute(door, "/verify", { fields, most, files: true }, async (call, { guest, fields: asked }) => {
      const { pasted, file, person, at } = asked;
      const found = await judgeAny(door, call, file ?? pasted.trim(), person.trim(), questionOf(at));
      // What a link carries behind its # is nobody's here, so it is not shown again either.
      const shown = isClaimLink(pasted) ? badgeLinkIn(pasted) : pasted;
      return pageReply(verifyPage({ token: guest.formToken, pasted: shown, person, at, ...found }));
    }),
  ];
}

type Found = { findings: Finding[]; left?: { count: number; most: number } };

/** A badge where it looks like one, or somebody asks whose it is; else whatever it turns out to be. */
async function judgeAny(
  door: Door,
  call: Call,
  given: string | Bytes,
  person: string,
  question: Asked,
): Promise<Found> {
  const presentation = presentationIn(given);
  if (presentation !== undefined) {
    await door.gate.spend(call, presentationPrice(presentation));
    return { findings: [{ kind: "presentation", view: await seePresentation(door, presentation, question) }] };
  }
  const badge = badgeIn(given, person !== "");
  if (badge === undefined) return judge(door, call, typeof given === "string" ? given : "", question);
  await door.gate.spend(call, priceOf(badge));
  const recipient = personIn(person);
  const report = await door.services.verify.badge(badge, { ...question, ...(recipient && { recipient }) });
  return { findings: [{ kind: "badge", report }] };
}

/** A JWS with tildes behind: nothing else looks so (RFC 9901, section 4). */
const sdJwt = /^[\w-]+\.[\w-]+\.[\w-]+~/;

/** Finds out what it is, and asks whoever judges such things. */
async function judge(door: Door, call: Call, pasted: string, question: Asked): Promise<Found> {
  const { services, gate } = door;
  const jwt = pasted.replace(/^Bearer\s+/i, "").replaceAll(/^"|"$/g, "");
  if (sdJwt.test(jwt)) {
    await gate.spend(call, 1);
    return { findings: [{ kind: "credential", report: await services.verify.credential(jwt, question) }] };
  }
  const jws = readJws(jwt);
  if (jws) {
    await gate.spend(call, 1);
    if (isToken(jws)) return { findings: [{ kind: "token", report: await reportToken(jwt, jws, services, call.now) }] };
    return { findings: [{ kind: "credential", report: await services.verify.credential(jwt, question) }] };
  }
  const value = readObject(pasted);
  const operations = operationsIn(value);
  if (operations.length > 0) return judgeOperations(door, call, operations, question);
  const credential = credentialIn(value);
  if (credential === undefined) return { findings: [] };
  await gate.spend(call, 1);
  return { findings: [{ kind: "credential", report: await services.verify.credential(credential, question) }] };
}

async function judgeOperations(door: Door, call: Call, operations: Json[], question: Asked): Promise<Found> {
  const shown = operations.slice(0, mostShown);
  await door.gate.spend(call, shown.length);
  const ask = await door.services.verify.operations(question);
  const reports = await Promise.all(shown.map(ask));
  const findings = reports.map((report) => ({ kind: "operation" as const, report }));
  return operations.length > mostShown
    ? { findings, left: { count: operations.length, most: mostShown } }
    : { findings };
}

/** What a field of date and time says, read as UTC. */
function questionOf(at: string): Asked {
  if (at === "") return {};
  ensure(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/.test(at),
    "UNREADABLE_DATE",
    "at: It is a date and a time, as 2026-11-20T11:41.",
  );
  return { at: at.length === 16 ? `${at}:00Z` : `${at}Z` };
}

function readJws(text: string): CompactJws | undefined {
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)) return undefined;
  return unlessRefused(() => parseCompact(text, maxJwt));
}

function readObject(text: string): Json | undefined {
  return unlessRefused(() => parseJson(text));
}

/** Opens doors, rather than saying something about somebody: ours, or an app's that speaks for itself. */
function isToken({ header, payload }: CompactJws): boolean {
  if (header.typ === "at+jwt") return true;
  const subject = isObject(payload.vc) ? payload.vc.credentialSubject : undefined;
  return header.typ === "JWT" && payload.iss === payload.sub && isObject(subject) && "networkId" in subject;
}

/** One operation with its context, a list of them, or a batch as it is sent to `/v1/operations/verify`. */
function operationsIn(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value.filter(isOperation);
  if (!isObject(value)) return [];
  if (isOperation(value as Json)) return [value as Json];
  return Array.isArray(value.operations) ? (value.operations as Json[]).filter(isOperation) : [];
}

function isOperation(value: Json): boolean {
  return isObject(value) && isObject(value.operation) && isObject(value.context);
}

/** A credential, also within what `/api/auth/credential` answers. */
function credentialIn(value: Json | undefined): unknown {
  if (!isObject(value)) return undefined;
  if (isObject(value.credential)) return value.credential;
  return "proof" in value || "type" in value ? value : undefined;
}
