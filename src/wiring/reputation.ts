// Wires reputation: facts, policies, and the scores that follow from them.
import { followAwards } from "../followers/award-evidence.ts";
import { ensure } from "../kernel/failure.ts";
import { isConcealed } from "../operations/concealment.ts";
import { audiencesOf } from "../reputation/audience.ts";
import { documentsBehind, exportedScore, hiddenFacts } from "../reputation/score-export.ts";
import { createScores } from "../reputation/scores.ts";
import type { Services } from "../services.ts";
import { audienceStore } from "../storage/audience-store.ts";
import { evidenceStore } from "../storage/evidence-store.ts";
import { keepForQuestions } from "../storage/kept-answers.ts";
import { reputationLedger } from "../storage/reputation-ledger.ts";
import { type AttestationParts, openReputations, speaksForDid } from "./attestations.ts";
import { type PolicyParts, policyServices } from "./policies.ts";

/** Entries of the log that are followed at a time. */
const followedAtOnce = 2_000;

/** What questions about scores learn of the database, and is kept until something is written: some hundred bytes each. */
const maxKept = 4096;

/** What the doors may call, and what is done now and then. */
export function openReputation(
  parts: AttestationParts & PolicyParts & { documents: Pick<Services["documents"], "bundle"> },
) {
  const { storage, store, clock, keys, realm, documents } = parts;
  const follower = followAwards({ log: store, store: evidenceStore(storage) });
  const { texts, ...facts } = openReputations(parts);
  const { policies } = policyServices(parts);
  const ledger = reputationLedger(storage.reader);
  const scores: Services["scores"] = createScores({
    clock,
    begin: keepForQuestions(storage.reader, maxKept),
    ledger,
    log: store,
    findPolicy: async (id, version) => {
      const found = await policies.find(id, version);
      ensure(found, "NOT_FOUND", "There is no such policy, or no such version of it.");
      return found;
    },
    follow: follower.ensureAt,
    audiences: audiencesOf({ realm, keys, texts, store: audienceStore(storage) }),
    speaksFor: speaksForDid,
  });
  const exportScore: Services["exportScore"] = async (viewer, subject, asked, work) => {
    const { score, seen, question, own } = await scores.whole(viewer, subject, asked, work?.spend);
    const behind = { realm, store, ledger };
    const unnamed = own ? new Set<string>() : await hiddenFacts(behind, question);
    const [first, ...also] = await documentsBehind(behind, question, unnamed, work?.spend);
    // Who is one with another sees what either hides, for as long as they are one.
    const now = own ? (await ledger.group(question.group.members[0]!, await store.lastSeq())).members : [];
    const asOne = question.group.members.filter((each) => now.includes(each));
    const bundle = await documents.bundle(first!, viewer, work, { also, asOne });
    // Who sees everything computes it as it is.
    const whole = own || bundle.logs.every(({ entries }) => !entries.some(isConcealed));
    return { ...bundle, ...exportedScore(question, whole ? score : seen) };
  };
  return {
    services: { ...facts, policies, scores, exportScore } satisfies Partial<Services>,
    /** Follows the log a bounded part further. */
    follow: async () => void (await follower.run(followedAtOnce)),
  };
}
