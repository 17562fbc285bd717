import { isObject, parseJson } from "../../../kernel/json.ts";
import type { GroundName } from "../../../operations/grounds.ts";
import type { Door } from "../../call.ts";
import type { PageSession } from "../guest.ts";
import { unlessGone } from "./subject-view.ts";

/** Entries of an award that are looked through: it is awarded and claimed at the beginning of its log. */
const mostEntries = 50;

/** What says about whom it is that an award was given, beside an endorsement of it too. */
const telling = ["AWARD", "CLAIM"];

/** What a dispute over an award, or over what endorses one, rests on: that entry first, and those that tell of the earner. */
export async function awardGrounds(
  { documents }: Pick<Door["services"], "documents">,
  session: PageSession,
  { document, operation }: GroundName,
): Promise<GroundName[]> {
  const entries = () => documents.entries(document, { limit: mostEntries }, async () => session);
  const { items } = (await unlessGone(entries)) ?? { items: [] };
  const told = items.flatMap((entry) => ("action" in entry && telling.includes(typeOf(entry.action)) ? entry : []));
  const others = told.filter((entry) => entry.operation !== operation);
  return [{ document, operation }, ...others.map((entry) => ({ document, operation: entry.operation }))];
}

function typeOf(action: string): string {
  const read = parseJson(action);
  return isObject(read) && typeof read.type === "string" ? read.type : "";
}
