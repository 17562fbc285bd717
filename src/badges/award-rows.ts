import type { Entry } from "../operations/entry.ts";
import { type Claim, here, type Projection, type Row } from "../operations/kind.ts";
import { readAwardInput } from "./award-inputs.ts";
import { type AwardState, type StatusPlace, statusBit } from "./award-state.ts";

/** The row of an award, and with its first entry the list that it stands in and what there is only one of. */
export function projectAward(state: AwardState, entry: Entry): Projection {
  const { status } = state;
  if (status === null || entry.action.scope !== "global") return { rows: [], claims: [] };
  if (entry.action.type !== "AWARD") return { rows: [changedRow(state, entry), ...stated(entry)], claims: [] };
  const { organization } = state;
  const list: Row = {
    table: "award_lists",
    key: { id: status.list },
    set: { organization, purpose: status.purpose },
  };
  return { rows: [awardedRow(state, status, entry), list, ...stated(entry)], claims: claimsOf(state, status, entry) };
}

/** What says something about somebody, others may rest on who dispute it: for good, since it stays said. */
function stated({ action, digest }: Entry): Row[] {
  if (!statements.includes(action.type)) return [];
  return [{ table: "grants", key: { entry: digest }, set: { seq: here, ended: null } }];
}

const statements = ["AWARD", "CLAIM", "ENDORSE"];

/** Names in `claims` under which places of a list, and the keys of what is made once, are held. */
export const placeSpace = (list: string) => `status:${list}`;
export const onceSpace = (organization: string) => `award:${organization}`;

function awardedRow(state: AwardState, { list, index, purpose }: StatusPlace, { document }: Entry): Row {
  const set: Row["set"] = {
    organization: state.organization,
    class: state.class,
    status_list: list,
    status_index: index,
    status_purpose: purpose,
    cohort: state.cohort,
    test: state.test ? 1 : 0,
    held_until: state.heldUntil === null ? null : Date.parse(state.heldUntil),
    awarded_seq: here,
    awarded_at: Date.parse(state.awardedAt),
    ...changing(state),
  };
  return { table: "awards", key: { document }, set };
}

function changedRow(state: AwardState, { document }: Entry): Row {
  return { table: "awards", key: { document }, set: changing(state) };
}

/** What later entries may change. */
function changing(state: AwardState): Row["set"] {
  const { version, subject, claim, hidden, end, suspension } = state;
  return {
    version,
    subject,
    unclaimed: claim === null ? 0 : 1,
    hidden: hidden ? 1 : 0,
    standing: end?.as ?? (suspension ? "suspended" : "active"),
    bit: statusBit(state) ? 1 : 0,
    changed_seq: here,
    updated_at: Date.parse(state.updatedAt),
  };
}

function claimsOf({ organization }: AwardState, { list, index, purpose }: StatusPlace, entry: Entry): Claim[] {
  const { document, action } = entry;
  const read = readAwardInput("AWARD", action.input);
  const once = read?.type === "AWARD" ? read.input.once : undefined;
  const held = { until: null, holder: document };
  return [
    // A list belongs to the organisation that first named it, and to its purpose.
    {
      space: "status-list",
      key: list,
      holder: `${organization} ${purpose}`,
      until: null,
      refusal: "WRONG_ORGANIZATION",
    },
    { space: placeSpace(list), key: String(index), ...held, refusal: "CONFLICT" },
    ...(once === undefined
      ? []
      : [{ space: onceSpace(organization), key: once, ...held, refusal: "REPLAYED" as const }]),
  ];
}
