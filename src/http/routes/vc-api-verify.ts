import { z } from "@hono/zod-openapi";
import { Failure } from "../../kernel/failure.ts";
import { isObject } from "../../kernel/json.ts";
import { type Check, judge, type Verdict } from "../../kernel/report.ts";
import { contextV2 } from "../../securing/data-model.ts";
import { maxCredentialJwt } from "../../securing/vc-jwt.ts";
import type { BadgeReport } from "../../verify/badge.ts";
import { maxPresentationJwt, maxPresented } from "../../verify/presentation.ts";
import { presentingChecks, wishedChecks } from "../../verify/proof-wishes.ts";
import { partyOf, requireScope } from "../authentication.ts";
import { badgeReport } from "../badge-schemas.ts";
import { parseBy } from "../body.ts";
import type { Call, Door } from "../call.ts";
import { problemOf, statuses } from "../problem.ts";
import { json, type Reply } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { check, rawObject } from "../schemas.ts";
import { badgeCost, priceOf } from "./badge-verify.ts";

export function vcApiVerifyRoutes(door: Door): Route[] {
  return [credentialRoute(door), presentationRoute(door)];
}

const scope = "credentials:verify";

/** What a verifier may be told beside; what it does not know is passed over. */
const options = z.object({
  challenge: z.string().max(1024).optional(),
  domain: z.string().max(1024).optional(),
  expectedProofPurpose: z.string().max(256).optional().openapi({ description: "The purpose that proofs must state." }),
});

const result = {
  verified: z.literal(true),
  checks: z.array(z.string()).openapi({ description: "The checks that were made, by name." }),
  warnings: z.array(z.string()),
  errors: z.array(z.string()),
};

const exampleJwt = "data:application/vc+jwt,eyJhbGciOiJFUzI1NiIsInR5cCI6InZjK2p3dCJ9.e30.c2ln";

const notVerified =
  "What does not hold is refused with NOT_VERIFIED; the problem has `verified` false, and the checks and errors too.";

function credentialRoute(door: Door): Route {
  const { services, gate, limits } = door;
  return route("post", "/credentials/verify", {
    tag: "VC API",
    operation: "postVcApiCredentialsVerify",
    callers: ["client"],
    summary: "Verify a credential of any issuer",
    description:
      `With scope \`${scope}\`. Every proof has to have the challenge, the domain and the purpose that \`options\` ` +
      `asks for. ${notVerified}`,
    shared: true,
    guarded: true,
    body: {
      schema: z.strictObject({
        verifiableCredential: z.union([rawObject, z.string().min(1).max(maxCredentialJwt)]),
        options: options.optional(),
      }),
      example: {
        verifiableCredential: { "@context": contextV2, type: "EnvelopedVerifiableCredential", id: exampleJwt },
      },
      most: limits.bytes.body,
    },
    answers: { 200: answer("It holds.", z.object({ ...result, report: badgeReport })) },
    refusals: ["FORBIDDEN", "NOT_VERIFIED"],
    handle: async (call, { body: { verifiableCredential, options: asked = {} } }) => {
      requireScope(await partyOf(door, call), scope);
      await gate.spend(call, priceOf(verifiableCredential));
      const credential = asCredential(verifiableCredential);
      const report = await services.verify.badge(credential, {});
      const { expectedProofPurpose: purpose, challenge, domain } = asked;
      const checks = [...report.checks, ...wishedChecks(credential, { purpose, challenge, domain })];
      return verdictReply(door, call, { verdict: judge(checks), checks }, { report });
    },
  });
}

/** A URL or an image is no credential here. */
function asCredential(value: string | Record<string, unknown>): string | Record<string, unknown> {
  if (typeof value !== "string" || /^[\w-]+\.[\w-]+\.[\w-]*$/.test(value)) return value;
  throw new Failure("INVALID_REQUEST", "verifiableCredential is an object, or a JWT.");
}

function presentationRoute(door: Door): Route {
  const { services, gate, limits } = door;
  const presented = z.union([rawObject, z.string().min(1).max(maxPresentationJwt)]);
  const body = z.strictObject({
    verifiablePresentation: presented.optional(),
    presentation: presented.optional(),
    options: options.optional(),
  });
  return route("post", "/presentations/verify", {
    tag: "VC API",
    operation: "postVcApiPresentationsVerify",
    callers: ["client"],
    summary: "Verify a presentation and every credential in it",
    description: `With scope \`${scope}\`; \`options\` has the challenge, the domain and the purpose that proofs must state. ${notVerified}`,
    shared: true,
    guarded: true,
    body: {
      schema: body,
      example: { verifiablePresentation: { type: "VerifiablePresentation" }, options: { challenge: "…" } },
      most: limits.bytes.body,
    },
    answers: {
      200: answer(
        "It holds, with all that is in it.",
        z.object({ ...result, presentationResult: z.array(check), credentialResults: z.array(badgeReport) }),
      ),
    },
    refusals: ["FORBIDDEN", "NOT_VERIFIED"],
    handle: async (call, { body: { verifiablePresentation, presentation, options: asked = {} } }) => {
      requireScope(await partyOf(door, call), scope);
      const given = verifiablePresentation ?? presentation;
      await gate.spend(call, Math.max(priceOf(given), badgeCost * (1 + presentedIn(given))));
      const { challenge, domain: audience, expectedProofPurpose: purpose } = asked;
      const report = await services.verify.presentation(parseBy(presented, given), { challenge, audience });
      const checks = [...report.checks, ...presentingChecks(given, { purpose })];
      const parts = { presentationResult: checks, credentialResults: report.credentials };
      return verdictReply(door, call, { verdict: judge(checks), checks }, parts);
    },
  });
}

/** Credentials that are told before anything is checked; within a JWT as many as usual. */
function presentedIn(presentation: unknown): number {
  const presented = isObject(presentation) ? presentation.verifiableCredential : undefined;
  return Array.isArray(presented) ? Math.min(presented.length, maxPresented) : 1;
}

type Judged = { verdict: Verdict; checks: readonly Check[] };

/** What holds is answered; what does not is a problem (RFC 9457) with members of its own. */
function verdictReply(
  { services }: Door,
  call: Call,
  { verdict, checks }: Judged,
  more: { report: BadgeReport } | { presentationResult: readonly Check[]; credentialResults: readonly BadgeReport[] },
): Reply {
  const sentences = (which: readonly Check[]) => which.map(({ name, code, detail }) => `${name}: ${code}: ${detail}`);
  const wrong = checks.filter((each) => each.required && each.outcome !== "pass");
  const found = {
    checks: checks.filter(({ outcome }) => outcome !== "skipped").map(({ name }) => name),
    warnings: sentences(checks.filter((each) => !each.required && each.outcome !== "pass")),
    errors: sentences(wrong),
    ...more,
  };
  if (verdict === "valid") return json({ verified: true, ...found });
  const failure = new Failure("NOT_VERIFIED", sentences(wrong)[0]?.slice(0, 500));
  const problem = { ...problemOf(failure, services.origin, call.id), verified: false, ...found };
  return json(problem, statuses.NOT_VERIFIED, { "content-type": "application/problem+json" });
}
