import { z } from "@hono/zod-openapi";
import { ensure } from "../../kernel/failure.ts";
import { type Door, pathPart } from "../call.ts";
import { json } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { did, moment } from "../schemas.ts";

const profile = z
  .object({
    documentId: z.string(),
    did,
    address: z.string(),
    chainId: z.int().nullable().openapi({ description: "The one chain that the address counts on, if it is one." }),
    username: z.string().nullable(),
    usernameClaimed: z.boolean().openapi({ description: "A name that ends in .eth and is not confirmed by ENS." }),
    ensName: z.string().nullable().openapi({ description: "The primary name, where the subject shows it." }),
    userImage: z.string().nullable(),
    createdAt: moment,
    updatedAt: moment,
  })
  .openapi("Profile");

export function profileRoutes({ services }: Door): Route[] {
  return [
    route("get", "/v1/profiles/{identifier}", {
      tag: "Profiles",
      summary: "A profile, as anybody may see it",
      description: "By an address, a did:pkh, the id of its document or a name, in this order.",
      shared: true,
      parts: {
        identifier: {
          says: "What the profile is known by, percent-encoded.",
          example: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        },
      },
      answers: { 200: answer("The profile.", profile) },
      refusals: ["NOT_FOUND"],
      handle: async (call) => {
        const found = await services.profiles.find(pathPart(call, "identifier"));
        ensure(found, "NOT_FOUND", "No profile is known by this.");
        return json(found);
      },
    }),
  ];
}
