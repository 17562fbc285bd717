import type { Did } from "../identity/did.ts";
import { type Entry, signerOf } from "../operations/entry.ts";
import { awardKind } from "./award.ts";
import { type AwardInput, readAwardInput } from "./award-inputs.ts";

/** What an award or an endorsement of it says about somebody, and who says it. */
export type AwardStatement = {
  /** The earner; "" where the award had none yet and the entry that claimed it is not among the grounds. */
  subject: Did | "";
  organization: string;
  /** The member who signed, "" for the organisation's own key. */
  attester: Did | "";
};

/**
 * What the AWARD or ENDORSE of this operation digest states, found among entries that something rests on. An endorsement
 * needs the AWARD beside it, and what was claimed the CLAIM. Undefined where it is neither or is not there.
 */
export function awardStatement(grounds: readonly Entry[], operation: string): AwardStatement | undefined {
  const entry = grounds.find((each) => each.operation === operation && each.kind === awardKind);
  const read = entry && readAwardInput(entry.action.type, entry.action.input);
  if (read?.type !== "AWARD" && read?.type !== "ENDORSE") return undefined;
  const beside = grounds.filter(({ kind, document }) => kind === awardKind && document === entry!.document);
  const awarded = beside.find(({ action }) => action.type === "AWARD");
  if (!awarded) return undefined;
  const { subject } = awarded.action.input as unknown as AwardInput<"AWARD">;
  const claim = beside.find(({ action }) => action.type === "CLAIM");
  const earner = subject !== "" || !claim ? subject : signerOf(claim).user;
  return { subject: earner, organization: read.input.organization, attester: signerOf(entry!).user };
}
