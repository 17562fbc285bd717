import { z } from "@hono/zod-openapi";
import { shownText } from "../../badges/class-definition.ts";
import { parts, tag, writeOnce, writeRefusals, written } from "../award-schemas.ts";
import { type Door, pathPart } from "../call.ts";
import { answer, type Route, route } from "../route.ts";

export function endorsementRoutes(door: Door): Route[] {
  const { services } = door;
  const endorsed = z
    .object({
      award: z.string(),
      url: z.string().openapi({ description: "Where the EndorsementCredential is." }),
    })
    .openapi("Endorsed");
  return [
    route("post", "/v1/orgs/{org}/endorsements", {
      ...written,
      tag,
      summary: "Endorse a badge",
      description:
        "Scope `awards:write`. Any organisation endorses a badge of another's that it can see, once. Its " +
        "EndorsementCredential stands beside the badge, which carries it when it is next made anew.",
      parts: { org: parts.org },
      body: {
        schema: z.strictObject({
          badge: z.string().min(1).max(512).openapi({ description: "The URL of the badge, or the name in its link." }),
          comment: shownText(8_192).optional(),
        }),
        example: { badge: "https://renown.example/b/kq3m0bB1y2oB8vF6mXjZlQ", comment: "We saw it stand." },
      },
      answers: { 201: answer("The endorsement stands.", endorsed) },
      refusals: [...writeRefusals, "UNCHANGED", "REVOKED", "ALREADY_REVOKED"],
      handle: (call, { body }) =>
        writeOnce(door, call, {
          scope: "awards:write",
          body,
          write: async (party) => {
            const { face, ...told } = await services.badges.endorse(party, pathPart(call, "org"), body);
            // Made while its keys are those of the day; who reads it later would make it else.
            const { faces } = services;
            await faces.endorsement(await faces.find(face), pathPart(call, "org")).catch(() => {});
            return told;
          },
          status: 201,
        }),
    }),
  ];
}
