import { z } from "zod";
import type { Call, Door } from "../../call.ts";
import { pathPart } from "../../call.ts";
import type { Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import {
  type FoundPresentation,
  presentationPrice,
  presentationReply,
  presentationRoutes,
} from "../../routes/presentations.ts";
import { formRoute, pageRoute } from "../form.ts";
import { sessionOfGuest } from "../guest.ts";
import { pageReply, redirect } from "../layout.ts";
import { refusalReply } from "../refusal-page.ts";
import { presentationPage } from "./presentation-page.ts";
import { seePresentation } from "./presentation-view.ts";

/** The addresses of presentations as the API describes them, with a page for people where people ask. */
export function sharedPresentationRoutes(door: Door): Route[] {
  const routes = presentationRoutes(door, (call, found) => servePage(door, call, found));
  const refuse: Route["refuse"] = (failure, call) => refusalReply(failure, call, door.services.origin);
  return routes.map((each) => (each.path === "/presentations/{id}" ? { ...each, refuse } : each));
}

/** The file, and what forms on the page of the subject post. */
export function presentationPageRoutes(door: Door): Route[] {
  const { presentations } = door.services;
  return [
    pageRoute(
      door,
      "/presentations/{id}/presentation.jwt",
      async (call) => presentationReply(call, (await presentations.find(pathPart(call, "id"))).jwt, "presentation.jwt"),
      { shared: true },
    ),
    formRoute(
      door,
      "/me/reputation/presentations/{id}/delete",
      { fields: z.strictObject({}) },
      async (call, { guest }) => {
        await presentations.remove(sessionOfGuest(guest), pathPart(call, "id"));
        return redirect("/me/reputation?done=unshared");
      },
    ),
  ];
}

async function servePage(door: Door, call: Call, { id, url, jwt }: FoundPresentation): Promise<Reply> {
  await door.gate.spend(call, presentationPrice(jwt));
  const view = await seePresentation(door, jwt);
  return pageReply(presentationPage(view, { url, file: `/presentations/${id}/presentation.jwt` }));
}
