import type { Call, Door } from "../../call.ts";
import { content, type Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { subjectOf } from "../../routes/attestations.ts";
import { packReply } from "../badges/badge-packing.ts";
import { drawCard } from "../card.ts";
import { pageRoute } from "../form.ts";
import { guestOf } from "../guest.ts";
import { pageReply } from "../layout.ts";
import { planMark } from "../mark.ts";
import { resumePage } from "./resume-page.ts";
import { subjectPage } from "./subject-page.ts";
import { type Looked, type SubjectView, seeSubject } from "./subject-view.ts";

/** Facts on one page, and on paper. */
const [onPage, onPaper] = [20, 60];

/** What others have signed about somebody, for people. */
export function subjectRoutes(door: Door): Route[] {
  return [
    pageRoute(door, "/subjects/{did}", async (call) => {
      const seen = await look(door, call, onPage);
      return packReply(call, pageReply(subjectPage(seen), seenBy));
    }),
    pageRoute(door, "/subjects/{did}/resume", (call) => serveResume(door, call)),
    pageRoute(door, "/subjects/{did}/card.png", (call) => serveCard(call), { shared: true }),
  ];
}

/** Who has signed in may see more than others. */
const seenBy = { vary: "cookie", "cache-control": "private, no-cache" };

async function look(door: Door, call: Call, most: number): Promise<SubjectView> {
  const did = subjectOf(call);
  const query = new URL(call.request.url).searchParams;
  const asked = query.get("after") ?? "";
  const looked: Looked = {
    did,
    policy: query.get("policy")?.slice(0, 128) || undefined,
    after: /^[1-9]\d{0,14}$/.test(asked) ? Number(asked) : Number.MAX_SAFE_INTEGER,
    most,
  };
  const { session } = await guestOf(door, call);
  return seeSubject(door, call, session, looked);
}

async function serveResume(door: Door, call: Call): Promise<Reply> {
  const view = await look(door, call, onPaper);
  const { told } = view;
  // Where there is no number, the page says why.
  if (told.kind !== "score" || told.score.closed) return pageReply(subjectPage(view), seenBy);
  return packReply(call, pageReply(resumePage(view, told, call.now), seenBy));
}

/** The mark as a picture for whoever shows a link: it never changes. */
async function serveCard(call: Call): Promise<Reply> {
  const png = await drawCard(planMark(subjectOf(call)));
  return content("image/png", png, { "cache-control": "public, max-age=86400" });
}
