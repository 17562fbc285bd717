import { z } from "zod";
import { type AwardRequest, awardRequest } from "../../../badges/award-plan.ts";
import type { Outcome } from "../../../badges/awarding.ts";
import { rowsAtOnce } from "../../../badges/member-batch.ts";
import { parseJson } from "../../../kernel/json.ts";
import { partyOf } from "../../authentication.ts";
import { parseBy } from "../../body.ts";
import type { Call, Door } from "../../call.ts";
import { json, type Reply } from "../../reply.ts";
import type { Route } from "../../route.ts";
import { rowsReply } from "../../routes/award-batch.ts";
import { type Asks, limitOf, problem, rowKey } from "../../rows.ts";
import { fileRoute, formRoute } from "../form.ts";
import type { Page } from "../layout.ts";
import { awardBatchPage } from "./award-batch-page.ts";
import { signsCredentials } from "./organization-console-routes.ts";
import { signedOf } from "./organization-form-routes.ts";
import { consoleRoute, type Entered, enter, issuers } from "./organization-member.ts";
import { bySlug } from "./organization-routes.ts";

/** Bytes of a form with some rows: what is said of a person stands in each twice, sealed and coded. */
const maxRowsForm = 2_097_152;

/** Classes that the form offers. */
const mostOffered = 200;

const path = "/orgs/{slug}/console/awards";

/** How a member gives many badges from a file: the page, the check, and the rows that its browser signs. */
export function consoleBatchRoutes(door: Door): Route[] {
  return [
    consoleRoute(door, "/awards/batch", issuers, (entered, call) => showBatch(door, entered, call)),
    checkRoute(door),
    draftRoute(door),
    awardRoute(door),
  ];
}

async function showBatch(door: Door, { frame }: Entered, call: Call): Promise<Page> {
  const { badges, organizations } = door.services;
  const { id, slug } = frame.organization;
  const [classes, keys] = await Promise.all([
    badges.classes(id, false, { after: 0, limit: mostOffered }),
    organizations.keys(slug),
  ]);
  const offered = classes.map(({ view }) => view).filter(({ test }) => !test);
  const chosen = new URL(call.request.url).searchParams.get("class") ?? "";
  return awardBatchPage(frame, { classes: offered, chosen, signs: signsCredentials(keys), most: limitOf(door) });
}

/** The file as it is, with a line for each row: its request as it was read, or its problem. Writes nothing. */
function checkRoute(door: Door): Route {
  return fileRoute(`${path}/check`, async (call) => {
    const party = await partyOf(door, call);
    const { id } = await bySlug(door, call);
    const given = new URL(call.request.url).searchParams.get("class") ?? undefined;
    const asks = async (): Promise<Asks<AwardRequest>> => {
      const tryRows = await door.services.memberBadges.tryRows(party, id);
      return async (rows) => {
        const outcomes = await tryRows(rows);
        return outcomes.map((each, i) => ("error" in each ? each : { done: { request: rows[i]!.request } }));
      };
    };
    return rowsReply(door, call, asks, given);
  });
}

const key = z.string().min(1).max(255);
const draftRows = z
  .array(z.strictObject({ key, request: awardRequest }))
  .min(1)
  .max(rowsAtOnce);

function draftRoute(door: Door): Route {
  const fields = z.strictObject({ app: z.string().max(128), rows: z.string().max(maxRowsForm) });
  return formRoute(door, `${path}/rows/draft`, { fields, most: maxRowsForm }, async (call, { guest, fields: sent }) => {
    const { session, frame } = await enter(door, call, guest, issuers);
    const rows = parseBy(draftRows, parseJson(sent.rows));
    await door.gate.spend(call, 2 * rows.length);
    const asked = rows.map(({ key: named, request }) => ({ request, key: rowKey(named) }));
    const { prepareRows } = door.services.memberBadges;
    return rowsOf(door, call, await prepareRows(session, frame.organization.id, sent.app, asked));
  });
}

const signedRows = z
  .array(z.strictObject({ signed: z.string().max(maxRowsForm), ticket: z.string().min(1).max(maxRowsForm) }))
  .min(1)
  .max(rowsAtOnce);

function awardRoute(door: Door): Route {
  const fields = z.strictObject({ rows: z.string().max(maxRowsForm) });
  return formRoute(door, `${path}/rows`, { fields, most: maxRowsForm }, async (call, { guest, fields: sent }) => {
    const { session, frame } = await enter(door, call, guest, issuers);
    const rows = parseBy(signedRows, parseJson(sent.rows)).map(signedOf);
    await door.gate.spend(call, 2 * rows.length);
    return rowsOf(door, call, await door.services.memberBadges.awardRows(session, frame.organization.id, rows));
  });
}

/** In the order of the rows, what became of each. */
function rowsOf(door: Door, call: Call, outcomes: readonly Outcome<object>[]): Reply {
  return json({ rows: outcomes.map((each) => ("error" in each ? problem(door, call, each.error) : each.done)) });
}
