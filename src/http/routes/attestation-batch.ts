import { z } from "@hono/zod-openapi";
import { ensure } from "../../kernel/failure.ts";
import { attestationRequest } from "../../reputation/attesting.ts";
import { attested, subjectPart, tag } from "../attestation-schemas.ts";
import { partyOf } from "../authentication.ts";
import { mediaType, parseBy, refuseEncoding } from "../body.ts";
import type { Door } from "../call.ts";
import { type Route, route } from "../route.ts";
import { limitOf, ndjsonRows, resultLines } from "../rows.ts";
import { refusedPart } from "../schemas.ts";
import { ndjson, streamed } from "../streamed.ts";

export function attestationBatchRoute(door: Door): Route {
  const row = attestationRequest.extend({ subject: z.string().min(1).max(512) });
  const place = { line: z.int(), key: z.string().nullable() };
  const refused = z.object({ problem: refusedPart.shape.error, ...place });
  return route("post", "/v1/attestations:batch", {
    tag,
    summary: "Attest, thousands at once",
    description:
      "Scope `attestations:write`. One row per line, and a result for each, in order, as it is made. A row is what one " +
      "attestation takes, with its subject and a `key` of its own: the same file can be sent again, whole, and attests " +
      `nothing twice. At most ${limitOf(door)} rows.`,
    shared: true,
    guarded: true,
    callers: ["client"],
    takes: {
      [ndjson]: {
        schema: row.extend({ key: z.string().min(1).max(255) }),
        example: {
          key: "2026-117",
          subject: subjectPart.did.example,
          kind: "contribution",
          field: "software",
          value: "1",
        },
      },
    },
    answers: {
      200: {
        says: "A line for each row.",
        content: { [ndjson]: { schema: z.union([attested.extend(place), refused]) } },
      },
    },
    refusals: ["FORBIDDEN", "NOT_FOUND", "NO_KEY", "UNSUPPORTED_MEDIA_TYPE"],
    handle: async (call) => {
      const { raw } = call.request;
      const party = await partyOf(door, call);
      ensure(mediaType(raw) === ndjson, "UNSUPPORTED_MEDIA_TYPE", `The body is ${ndjson}.`);
      refuseEncoding(raw);
      const ask = await door.services.reputations.batch(party);
      const body = raw.body ?? new Blob([]).stream();
      const rows = ndjsonRows(body, door.limits.bytes.stream, (value) => parseBy(row, value));
      return streamed(door, call, ndjson, resultLines(door, call, rows, ask));
    },
  });
}
