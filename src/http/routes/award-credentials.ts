import { z } from "@hono/zod-openapi";
import { partyOf } from "../authentication.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { type Route, route } from "../route.ts";
import { rawObject } from "../schemas.ts";
import { bakedTag, credentialAnswer, formReply, imageReply, jwtType, privately } from "./faces.ts";

/** The credential of an award by its id, for those whom it concerns: ids stand in the log, links do not. */
export function awardCredentialRoutes(door: Door): Route[] {
  return [credentialRoute(door), imageRoute(door)];
}

const awardPart = { award: { says: "The id of the award.", example: "r1kq3m0bB1y2oB8vF6mXjZlQkq3m0bB1y2oB8vF6mXj" } };
const callers = ["session", "page", "client"] as const;

const mediaTypes = { json: "application/vc", jwt: jwtType, eip712: "application/json" } as const;

async function seen(door: Door, call: Call) {
  const party = await partyOf(door, call);
  return door.services.faces.ofDocument(pathPart(call, "award"), async () => party);
}

function credentialRoute(door: Door): Route {
  const { says, content } = credentialAnswer("The credential in the form asked for.");
  return route("get", "/v1/awards/{award}/credential", {
    tag: "Badges",
    summary: "The credential of an award",
    description:
      "`json` with Data Integrity proofs, `jwt`, or `eip712`: the twin that wallets of a did:pkh can show. For its earner " +
      "and its organisation.",
    shared: true,
    guarded: true,
    callers,
    parts: awardPart,
    query: z.strictObject({ form: z.enum(["json", "jwt", "eip712"]).default("json") }),
    answers: {
      200: { says, content: { ...content, "application/json": { schema: rawObject } } },
      304: { says: "Nothing has changed." },
    },
    refusals: ["NOT_FOUND", "NO_KEY"],
    handle: async (call, { query: { form } }) => {
      const forms = await door.services.faces.forms(await seen(door, call));
      return privately(formReply(call, mediaTypes[form], forms[form]));
    },
  });
}

function imageRoute(door: Door): Route {
  const picture = z.string().openapi({ format: "binary" });
  return route("get", "/v1/awards/{award}/image", {
    tag: "Badges",
    summary: "The picture of an award, with its credential baked in",
    description: "A PNG or an SVG, as the picture of the class is. For its earner and its organisation.",
    shared: true,
    guarded: true,
    callers,
    parts: awardPart,
    query: z.strictObject({ form: z.enum(["json", "jwt"]).default("json") }),
    answers: {
      200: {
        says: "The picture.",
        content: { "image/png": { schema: picture }, "image/svg+xml": { schema: picture } },
      },
      304: { says: "Nothing has changed." },
    },
    refusals: ["NOT_FOUND", "NO_KEY"],
    handle: async (call, { query: { form } }) => {
      const { faces } = door.services;
      const award = await seen(door, call);
      const image = await faces.baked(award, form);
      return privately(imageReply(call, image, bakedTag((await faces.forms(award))[form], image)));
    },
  });
}
