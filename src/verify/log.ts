import { z } from "zod";
import { ensure } from "../kernel/failure.ts";
import { holdTo } from "../kernel/misfit.ts";
import { type Check, fail, judge, pass, skipped, unknown, type Verdict } from "../kernel/report.ts";
import { isSignedBy, readCheckpoint, type SignedCheckpoint } from "../operations/checkpoint.ts";
import { checkConsistency, checkInclusion, isLeaf } from "../operations/log-tree.ts";

/** What is asked of a checkpoint beside whether it is one. Proofs are as the API answers them. */
export type LogQuestion = {
  /** `#log` of the service's DID document, as a did:key of Ed25519. */
  logKey: string;
  realm: string;
  /** A checkpoint of before, and `GET /v1/log/consistency?from={its size}&size={the size of this}`. */
  earlier?: { checkpoint: unknown; consistency: unknown } | undefined;
  /** An entry digest, as a receipt has it, and `GET /v1/log/inclusion?seq={its place}&size={the size of this}`. */
  entry?: { digest: string; inclusion: unknown } | undefined;
};

export type LogReport = { verdict: Verdict; checks: Check[] };

/**
 * Holds the answers of a service about its log to each other: that it has signed this checkpoint (`checkpoint`), that the
 * log of before is the beginning of this one (`consistency`), that an entry stands in it (`inclusion`). Refuses with
 * INVALID_INPUT what has not the form of an answer, and with INVALID_DID a key that is none.
 * @see RFC 9162, section 2.1; docs/operations.md, "Entries and the log"
 */
export async function verifyLog(value: unknown, { logKey, realm, earlier, entry }: LogQuestion): Promise<LogReport> {
  const checkpoint = readCheckpoint(value, "checkpoint");
  const signed = await checkSigned("checkpoint", checkpoint, logKey, realm);
  const checks = [signed];
  if (earlier) checks.push(...(await checkGrown(checkpoint, signed, earlier, logKey, realm)));
  if (entry) checks.push(checkEntry(checkpoint, signed, entry));
  return { verdict: judge(checks), checks };
}

async function checkSigned(name: string, checkpoint: SignedCheckpoint, logKey: string, realm: string): Promise<Check> {
  const { size, time } = checkpoint;
  if (!(await isSignedBy(checkpoint, logKey)))
    return fail(name, "BAD_SIGNATURE", "The log key has not signed this checkpoint.");
  if (checkpoint.realm !== realm)
    return fail(name, "CONTENT_MISMATCH", `The checkpoint is of the realm ${checkpoint.realm}.`);
  return pass(name, `The log key signed the root over ${size} entries at ${time}.`);
}

/** `earlier` and `consistency`: both roots are the service's, and the one leads to the other. */
async function checkGrown(
  checkpoint: SignedCheckpoint,
  signed: Check,
  { checkpoint: value, consistency }: NonNullable<LogQuestion["earlier"]>,
  logKey: string,
  realm: string,
): Promise<Check[]> {
  const before = readCheckpoint(value, "earlier.checkpoint");
  const proof = holdTo(consistencyAnswer, consistency, "INVALID_INPUT", { root: "earlier.consistency" });
  const earlier = await checkSigned("earlier", before, logKey, realm);
  const name = "consistency";
  if (signed.outcome !== "pass") return [earlier, skipped(name, "checkpoint")];
  if (earlier.outcome !== "pass") return [earlier, skipped(name, "earlier")];
  if (before.size > checkpoint.size && before.time > checkpoint.time)
    return [earlier, unknown(name, "NOT_COMPLETE", "The earlier one was signed later: exchange the two.")];
  if (before.size > checkpoint.size) return [earlier, fail(name, "CONTENT_MISMATCH", shrunk(before, checkpoint))];
  if (proof.from !== before.size || proof.size !== checkpoint.size) {
    const asked = `GET /v1/log/consistency?from=${before.size}&size=${checkpoint.size}`;
    return [earlier, unknown(name, "NOT_COMPLETE", `The proof is of other sizes than the checkpoints: ${asked}.`)];
  }
  return [
    earlier,
    checkConsistency(proof, before.root, checkpoint.root)
      ? pass(name, `The first ${before.size} entries are those of ${before.time}.`)
      : fail(name, "CONTENT_MISMATCH", `The proof does not lead from the log of ${before.time} to this one.`),
  ];
}

function shrunk(before: SignedCheckpoint, { size, time }: SignedCheckpoint): string {
  return `The log had ${before.size} entries at ${before.time}, and ${size} at ${time}.`;
}

function checkEntry(
  { size, root }: SignedCheckpoint,
  signed: Check,
  { digest, inclusion }: NonNullable<LogQuestion["entry"]>,
): Check {
  ensure(isLeaf(digest), "INVALID_INPUT", "entry.digest: An entry digest is 32 bytes in base64url.");
  const proof = holdTo(inclusionAnswer, inclusion, "INVALID_INPUT", { root: "entry.inclusion" });
  const name = "inclusion";
  if (signed.outcome !== "pass") return skipped(name, "checkpoint");
  if (proof.size !== size) {
    const asked = `GET /v1/log/inclusion?seq=${proof.seq}&size=${size}`;
    return unknown(name, "NOT_COMPLETE", `The proof is of another size than the checkpoint: ${asked}.`);
  }
  return checkInclusion(digest, proof, root)
    ? pass(name, `The entry stands at ${proof.seq}.`)
    : fail(name, "CONTENT_MISMATCH", `The path does not lead from the entry at ${proof.seq} to the root.`);
}

/** More hashes than a tree of 2^53 leaves has levels, twice, belong to no proof. */
const path = z.array(z.string().max(43)).max(128);
const consistencyAnswer = z.object({ from: z.int().min(1), size: z.int().min(1), path });
const inclusionAnswer = z.object({ seq: z.int().min(1), size: z.int().min(1), path });
