import type { Did } from "../identity/did.ts";
import type { Asked } from "./award-plan.ts";
import { type Awarded, type Outcome, outcomeOf, tryAll } from "./awarding.ts";
import {
  admitAward,
  createMemberBadges,
  issuingRoles,
  type MemberBadges,
  type MemberParts,
  prepareAward,
  type SignedAward,
  type Unsigned,
} from "./member-awarding.ts";

/** Rows that are prepared or brought in one request: a browser signs them one by one. */
export const rowsAtOnce = 16;

/** Many badges that a member gives by a key of their own. `org` is slug or document. */
export type MemberBatches<Caller> = {
  /** Says of rows, some dozens at a time, what would be refused, and writes nothing. FORBIDDEN. */
  tryRows(caller: Caller, org: string): Promise<(asked: readonly Asked[]) => Promise<Outcome<null>[]>>;
  /** Plans awards that `app` will sign; what was made before under the same key is told again. FORBIDDEN. */
  prepareRows(
    caller: Caller,
    org: string,
    app: Did,
    asked: readonly Asked[],
  ): Promise<Outcome<Unsigned | { made: Awarded }>[]>;
  /** Admits what was prepared, each alone. FORBIDDEN. */
  awardRows(caller: Caller, org: string, signed: readonly SignedAward[]): Promise<Outcome<Awarded>[]>;
};

/** All that members do about badges. */
export type MemberIssuing<Caller> = MemberBadges<Caller> & MemberBatches<Caller>;

export function createMemberIssuing<Caller>(parts: MemberParts<Caller>): MemberIssuing<Caller> {
  return { ...createMemberBadges(parts), ...createMemberBatches(parts) };
}

function createMemberBatches<Caller>(parts: MemberParts<Caller>): MemberBatches<Caller> {
  const { awarding, member } = parts;
  return {
    tryRows: async (caller, org) => {
      const acting = await member(caller, org, issuingRoles);
      const seen = new Map<string, string>();
      return (asked) => tryAll(awarding, acting, asked, seen);
    },
    prepareRows: async (caller, org, app, asked) => {
      const acting = await member(caller, org, issuingRoles);
      return Promise.all(asked.map((each) => outcomeOf(() => prepareAward(parts, acting, app, each))));
    },
    awardRows: async (caller, org, signed) => {
      const acting = await member(caller, org, issuingRoles);
      return Promise.all(signed.map((each) => outcomeOf(() => admitAward(awarding, acting, each))));
    },
  };
}
