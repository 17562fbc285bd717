import { z } from "@hono/zod-openapi";
import { checkSubjectDid, foldAccount } from "../../identity/subject-did.ts";
import type { Code } from "../../kernel/failure.ts";
import { pageOf as cutPage } from "../../kernel/page.ts";
import { attestationRequest } from "../../reputation/attesting.ts";
import { factKinds } from "../../reputation/fact.ts";
import { textMembers } from "../../reputation/texts.ts";
import { attestationPart, attested, notice, shownAttestation, subjectPart, tag } from "../attestation-schemas.ts";
import { forViewer, partyOf, viewerOf } from "../authentication.ts";
import { placeText, writeOnce, writeRefusals, written } from "../award-schemas.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { pageOf, pageQuery, pageReply } from "../query.ts";
import { json, nothing } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { pageOfItems, rawObject, receipt } from "../schemas.ts";
import { admissionRefusals, signingKey } from "./operations.ts";

/** Attestations or notices at once, usual and at most. */
const [usual, most] = [50, 200];

/** Disclosures are a third longer than what they say. */
const maxDisclosure = 16_384;

export function attestationRoutes(door: Door): Route[] {
  return [
    attestRoute(door),
    signedRoute(door),
    listRoute(door),
    oneRoute(door),
    ...followUpRoutes(door),
    noticesRoute(door),
    ...erasureRoutes(door),
  ];
}

const attesting: Code[] = [
  "INVALID_DID",
  "INVALID_INPUT",
  "UNREADABLE_DATE",
  "REVOKED",
  "QUOTA_EXCEEDED",
  "TOO_MANY_REQUESTS",
];
const scope = "attestations:write";

/** Whose reputation is asked about. Refuses with INVALID_DID. */
export function subjectOf(call: Call): string {
  const subject = foldAccount(pathPart(call, "did"));
  checkSubjectDid(subject);
  return subject;
}

function attestRoute(door: Door): Route {
  return route("post", "/v1/subjects/{did}/attestations", {
    ...written,
    tag,
    summary: "Attest something about somebody, for an organisation",
    description:
      "Scope `attestations:write`. The service signs with the organisation's own key. The field is one that the " +
      "organisation lists. What is said in words never stands in the log: it is committed to, and can be erased.",
    parts: subjectPart,
    body: {
      schema: attestationRequest,
      example: { kind: "contribution", field: "software/typescript", value: "8", title: "The parser" },
    },
    answers: { 201: answer("It stands in the log.", attested) },
    refusals: [...writeRefusals, ...attesting],
    handle: (call, { body }) => {
      const subject = subjectOf(call);
      return writeOnce(door, call, {
        scope,
        body: { subject, ...body },
        write: (party, { name }) => door.services.reputations.attest(party, subject, body, `request ${name}`),
        status: 201,
      });
    },
  });
}

function signedRoute(door: Door): Route {
  return route("post", "/v1/subjects/{did}/operations", {
    tag,
    summary: "Bring an operation on a reputation that is signed already",
    description:
      "A person's attestation, a dispute, an answer, a ruling, a link, what the subject shows or hides. With it come " +
      "the disclosures of the texts that it commits to (`_sd`); they are kept beside the log.",
    shared: true,
    guarded: true,
    parts: subjectPart,
    body: {
      schema: z.strictObject({
        operation: rawObject,
        disclosures: z.array(z.string().min(1).max(maxDisclosure)).max(8).optional(),
      }),
      example: { operation: {}, disclosures: [] },
      most: door.limits.bytes.body,
    },
    answers: { 201: answer("Admitted.", receipt) },
    refusals: [...admissionRefusals, ...attesting, "WRONG_DOCUMENT_ID", "WRONG_ORGANIZATION", "CONFLICT", "UNCHANGED"],
    handle: async (call, { body: { operation, disclosures = [] } }) => {
      const subject = subjectOf(call);
      await door.gate.guardKey(call, signingKey(operation));
      await door.gate.spend(call, 1);
      return json(await door.services.reputations.submit(subject, operation, disclosures), 201);
    },
  });
}

function listRoute(door: Door): Route {
  return route("get", "/v1/subjects/{did}/attestations", {
    tag,
    summary: "What is attested about somebody",
    description:
      "In the order of the log, retracted and disputed ones with what became of them. What nobody asked for, and what " +
      "the subject hides, the subject alone sees listed.",
    shared: true,
    parts: subjectPart,
    query: pageQuery(usual, most).extend({
      after: placeText,
      kind: z.enum(factKinds).optional(),
      field: z.string().max(100).optional(),
      by: z.string().max(512).optional().openapi({ description: "An organisation's document, or a wallet's DID." }),
    }),
    answers: { 200: answer("A page.", pageOfItems(shownAttestation)) },
    refusals: ["INVALID_DID"],
    handle: async (call, { query: { after: from, limit: asked, ...filter } }) => {
      const subject = subjectOf(call);
      const { after = "0", limit } = pageOf({ after: from, limit: asked }, usual);
      const page = { after: Number(after), limit: limit + 1 };
      const found = await door.services.reputations.attestations(viewerOf(door, call), subject, filter, page);
      const cut = cutPage(found, limit, ({ seq }) => String(seq));
      const given = Object.entries(filter).filter((each): each is [string, string] => each[1] !== undefined);
      const list = `/v1/subjects/${encodeURIComponent(subject)}/attestations`;
      const headers = { "cache-control": "public, no-cache" };
      return forViewer(call, pageReply(cut, list, limit, headers, Object.fromEntries(given)));
    },
  });
}

function oneRoute(door: Door): Route {
  return route("get", "/v1/attestations/{attestation}", {
    tag,
    summary: "An attestation, and what became of it",
    shared: true,
    parts: attestationPart,
    answers: { 200: answer("The attestation.", shownAttestation) },
    refusals: ["NOT_FOUND"],
    handle: async (call) => {
      const found = await door.services.reputations.attestation(viewerOf(door, call), pathPart(call, "attestation"));
      return forViewer(call, json(found, 200, { "cache-control": "public, no-cache" }));
    },
  });
}

function followUpRoutes(door: Door): Route[] {
  const { reputations } = door.services;
  const common = {
    ...written,
    tag,
    parts: attestationPart,
    answers: { 201: answer("It stands in the log.", attested) },
    refusals: [...writeRefusals, ...attesting],
  };
  return [
    route("post", "/v1/attestations/{attestation}/retract", {
      ...common,
      summary: "Take an attestation back",
      description:
        "Scope `attestations:write`, by the organisation that made it. It stays in the log, and counts no more.",
      body: { schema: z.strictObject({}), example: {}, optional: true },
      handle: (call, { body }) => {
        const named = pathPart(call, "attestation");
        const write = (party: Parameters<typeof reputations.retract>[0], { name }: { name: string }) =>
          reputations.retract(party, named, `request ${name}`);
        return writeOnce(door, call, { scope, body: { named, ...body }, write, status: 201 });
      },
    }),
    route("post", "/v1/attestations/{attestation}/respond", {
      ...common,
      summary: "Answer, beside an attestation",
      description:
        "Scope `attestations:write`, by the organisation that made it: to a dispute, or to add what was left out.",
      body: { schema: z.strictObject(textMembers), example: { narrative: "We have looked again, and it holds." } },
      handle: (call, { body }) => {
        const named = pathPart(call, "attestation");
        const write = (party: Parameters<typeof reputations.respond>[0], { name }: { name: string }) =>
          reputations.respond(party, named, body, `request ${name}`);
        return writeOnce(door, call, { scope, body: { named, ...body }, write, status: 201 });
      },
    }),
  ];
}

function noticesRoute(door: Door): Route {
  return route("get", "/v1/me/notices", {
    tag,
    summary: "What happened to your reputation",
    description: "The latest first: who attested, took back, answered or ruled. For the wallet that is signed in.",
    guarded: true,
    callers: ["session", "page"],
    query: pageQuery(usual, most).extend({ after: placeText }),
    answers: { 200: answer("A page.", pageOfItems(notice)) },
    refusals: ["FORBIDDEN"],
    handle: async (call, { query }) => {
      const { after, limit } = pageOf(query, usual);
      const before = after === undefined ? Number.MAX_SAFE_INTEGER : Number(after);
      const found = await door.services.reputations.notices(await partyOf(door, call), before, limit + 1);
      return pageReply(
        cutPage(found, limit, ({ seq }) => String(seq)),
        "/v1/me/notices",
        limit,
      );
    },
  });
}

function erasureRoutes(door: Door): Route[] {
  const { reputations } = door.services;
  const common = {
    tag,
    guarded: true,
    shared: true,
    callers: ["session", "page"],
    body: { schema: z.strictObject({}), example: {}, optional: true },
    answers: { 204: { says: "Gone." } },
  } as const;
  return [
    route("delete", "/v1/subjects/{did}/texts", {
      ...common,
      summary: "Erase what is said of you in words",
      description:
        "The key of all such texts is destroyed. The log stays whole and every attestation goes on counting; where " +
        "its words were, it says that they were erased.",
      parts: subjectPart,
      refusals: ["FORBIDDEN", "INVALID_DID"],
      handle: async (call) => {
        await door.gate.spend(call, 1);
        await reputations.erase(await partyOf(door, call), subjectOf(call));
        return nothing();
      },
    }),
    route("delete", "/v1/attestations/{attestation}/texts", {
      ...common,
      summary: "Erase what one attestation says of you in words",
      parts: attestationPart,
      refusals: ["FORBIDDEN", "NOT_FOUND"],
      handle: async (call) => {
        await door.gate.spend(call, 1);
        await reputations.eraseOne(await partyOf(door, call), pathPart(call, "attestation"));
        return nothing();
      },
    }),
  ];
}
