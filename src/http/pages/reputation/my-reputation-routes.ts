import { z } from "zod";
import { type Call, type Door, pathPart } from "../../call.ts";
import type { Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { scoreCost, spendOn } from "../../routes/scores.ts";
import { formRoute, pageRoute } from "../form.ts";
import { guestOf, sessionOfGuest } from "../guest.ts";
import { pageReply, redirect } from "../layout.ts";
import { signInPage } from "../people/sign-in-panel.ts";
import { myReputationPage } from "./my-reputation-page.ts";
import { seeMyReputation } from "./my-reputation-view.ts";
import { scoreCredentialPage } from "./score-credential-page.ts";

/** What others have signed about whoever is signed in. What is signed goes to the API; what is erased is posted here. */
export function myReputationRoutes(door: Door): Route[] {
  const { reputations } = door.services;
  return [
    pageRoute(door, "/me/reputation", (call) => serveMine(door, call)),
    formRoute(
      door,
      "/me/reputation/erase",
      { fields: z.strictObject({ sure: z.literal("yes") }) },
      async (call, { guest }) => {
        const session = sessionOfGuest(guest);
        await door.gate.spend(call, 1);
        await reputations.erase(session, session.user);
        return redirect("/me/reputation?done=erased");
      },
    ),
    formRoute(
      door,
      "/me/reputation/attestations/{attestation}/erase",
      { fields: z.strictObject({}) },
      async (call, { guest }) => {
        await door.gate.spend(call, 1);
        await reputations.eraseOne(sessionOfGuest(guest), pathPart(call, "attestation"));
        return redirect("/me/reputation?done=erasedOne");
      },
    ),
    credentialRoute(door),
  ];
}

/** What making a score and signing it costs of what an address may ask, as at the API. */
const credentialCost = 6;

/** A credential of one's own score, shown once; it is found again among the credentials under Me. */
function credentialRoute(door: Door): Route {
  const { scoreCredentials, policies } = door.services;
  const fields = z.strictObject({
    policy: z.string().min(1).max(128),
    atLeast: z.string().trim().max(32),
    life: z.enum(["3600", "86400"]),
    /** The key of the app that will show it, as an SD-JWT; "" for a JWT, which is bound to none. */
    app: z.string().max(128).default(""),
  });
  return formRoute(door, "/me/reputation/credential", { fields }, async (call, { guest, fields: asked }) => {
    const session = sessionOfGuest(guest);
    const { policy, atLeast, life, app } = asked;
    await door.gate.spend(call, credentialCost);
    const claim = atLeast === "" ? "score" : { atLeast };
    const bound = app === "" ? ({ form: "vc+jwt" } as const) : ({ form: "dc+sd-jwt", key: app } as const);
    const wish = { ...bound, claim, policy, lifeSeconds: Number(life) } as const;
    const { form, credential, expiresAt } = await scoreCredentials.issue(
      session,
      session.user,
      wish,
      spendOn(door, call, credentialCost),
    );
    const { name } = await policies.get(policy);
    return pageReply(scoreCredentialPage({ form, credential, expiresAt, policy: name, atLeast }), guest.headers);
  });
}

async function serveMine(door: Door, call: Call): Promise<Reply> {
  const guest = await guestOf(door, call);
  const { session, headers } = guest;
  if (!session) return pageReply(signInPage(guest, "/me/reputation"), headers);
  await door.gate.spend(call, scoreCost);
  const query = new URL(call.request.url).searchParams;
  const asked = {
    spend: spendOn(door, call),
    after: placeOf(query.get("after"), 0),
    until: placeOf(query.get("until"), 0),
    before: placeOf(query.get("before"), Number.MAX_SAFE_INTEGER),
    done: query.get("done") ?? undefined,
  };
  return pageReply(myReputationPage(guest, await seeMyReputation(door, session, asked), door.services.origin), headers);
}

function placeOf(asked: string | null, unless: number): number {
  return asked !== null && /^[1-9]\d{0,14}$/.test(asked) ? Number(asked) : unless;
}
