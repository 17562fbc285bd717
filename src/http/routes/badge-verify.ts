import { z } from "@hono/zod-openapi";
import { maxBakedBytes } from "../../badges/baking.ts";
import { ensure } from "../../kernel/failure.ts";
import { isObject } from "../../kernel/json.ts";
import type { AskedBadge } from "../../verify/badge-question.ts";
import type { BadgeInput } from "../../verify/badge-reading.ts";
import { badgeReport } from "../badge-schemas.ts";
import { mediaType, parseBy, readBytes, readJson, refuseEncoding } from "../body.ts";
import type { Call, Door } from "../call.ts";
import { examples } from "../examples.ts";
import { json } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { moment, rawObject } from "../schemas.ts";

/** Operations that one question about a badge counts as: a proof over RDF costs as much as so many. */
export const badgeCost = 50;

/** Characters or bytes that are in the price, and what the rest may add: work is bounded, however much is brought. */
const fairSize = 32_768;
const maxPrice = 8 * badgeCost;

/** What a question about this counts as: who brings more has more checked. */
export function priceOf(brought: unknown): number {
  const whole = typeof brought === "string" || brought instanceof Uint8Array ? brought : JSON.stringify(brought ?? "");
  return Math.min(maxPrice, badgeCost * (1 + Math.floor(whole.length / fairSize)));
}

/** Media types of files that are read as they are. */
const fileTypes = [
  "image/png",
  "image/svg+xml",
  "application/vc+jwt",
  "application/vc",
  "application/ld+json",
  "application/octet-stream",
] as const;

const recipient = z
  .strictObject({
    email: z.string().min(3).max(254).optional().openapi({ description: "An e-mail address; it is kept nowhere." }),
    did: z.string().min(7).max(512).optional(),
  })
  .openapi({ description: "Whose badge it should be: one that fits is enough." });

const domain = z
  .string()
  .max(253)
  .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, "A domain is a name in small letters.")
  .openapi({ description: "Asks this domain whether the issuer's DID is its own.", example: "example.edu" });

const asked = z.strictObject({
  badge: z
    .union([z.string().min(1), rawObject])
    .openapi({ description: "A JWT, JSON with its proofs, an https URL, or an image as data: URL." }),
  recipient: recipient.optional(),
  domain: domain.optional(),
  at: moment.optional(),
  known: moment.optional(),
});

const query = z.strictObject({
  did: z.string().min(7).max(512).optional().openapi({ description: "With a file: whose it should be." }),
  domain: domain.optional(),
  at: moment.optional().openapi({ description: "With a file: the moment asked about; now unless given." }),
  known: moment.optional().openapi({ description: "With a file: what had been recorded by then counts." }),
});

export function badgeVerifyRoutes(door: Door): Route[] {
  const { services, gate } = door;
  const file = { schema: z.string().openapi({ format: "binary" }), example: "…" };
  return [
    route("post", "/v1/badges/verify", {
      tag: "Verification",
      summary: "Does this badge hold, and is it this person's?",
      description:
        "Any Open Badge 3.0 or verifiable credential, of any issuer: a JWT, JSON with Data Integrity proofs, a URL of " +
        "either, or a PNG or SVG with either baked in; as a member of a JSON object, or the file itself as the body. Each " +
        "proof is judged, and every check named: contexts, schema, issuer and its domain, status, validity, recipient, " +
        "endorsements. Nothing that the credential names is fetched but the documents of its issuers and its status lists.",
      shared: true,
      query,
      takes: {
        "application/json": { schema: z.union([asked, rawObject]), example: { badge: examples.credential.credential } },
        ...Object.fromEntries(fileTypes.map((type) => [type, file])),
      },
      answers: { 200: answer("The report.", badgeReport) },
      refusals: ["UNREADABLE_DATE"],
      handle: async (call, { query: inQuery }) => {
        const { badge, question } = await readQuestion(door, call, inQuery);
        await gate.spend(call, priceOf(badge));
        return json(await services.verify.badge(badge, question));
      },
    }),
  ];
}

type Read = { badge: BadgeInput; question: AskedBadge };

async function readQuestion({ limits }: Door, call: Call, inQuery: z.output<typeof query>): Promise<Read> {
  const request = call.request.raw;
  const type = mediaType(request);
  const { did, ...rest } = inQuery;
  const question: AskedBadge = { ...rest, ...(did !== undefined && { recipient: { did } }) };
  if (type === "application/json") return readMember(await readJson(request, limits.bytes.body), question);
  const known = fileTypes.some((each) => each === type);
  ensure(known, "UNSUPPORTED_MEDIA_TYPE", `The body is application/json, or one of ${fileTypes.join(", ")}.`);
  refuseEncoding(request);
  return { badge: await readBytes(request, maxBakedBytes), question };
}

/** An object with contexts is a credential itself, whatever media type its file got. */
function readMember(value: unknown, question: AskedBadge): Read {
  if (isObject(value) && "@context" in value) return { badge: value, question };
  const { badge, ...inBody } = parseBy(asked, value);
  return { badge, question: { ...question, ...inBody } };
}
