// Wires reputation: facts, policies, and the scores that follow from them.
import { walletOf } from "../credentials/party.ts";
import type { PresentationStore } from "../credentials/presenting.ts";
import { followAwards } from "../followers/award-evidence.ts";
import { followClosings } from "../followers/closed-subjects.ts";
import type { Did } from "../identity/did.ts";
import { foldAccount } from "../identity/subject-did.ts";
import { ensure } from "../kernel/failure.ts";
import { isConcealed } from "../operations/concealment.ts";
import { audiencesOf } from "../reputation/audience.ts";
import { countsIn, documentsBehind, exportedScore, hiddenFacts, withoutWholeLog } from "../reputation/score-export.ts";
import { createScores } from "../reputation/scores.ts";
import type { Services } from "../services.ts";
import { audienceStore } from "../storage/audience-store.ts";
import { closingStore } from "../storage/closing-store.ts";
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
  parts: AttestationParts &
    PolicyParts & {
      documents: Pick<Services["documents"], "bundle">;
      presentations: Pick<PresentationStore, "removeOf">;
    },
) {
  const { storage, store, clock, keys, realm, documents } = parts;
  const follower = followAwards({ log: store, store: evidenceStore(storage) });
  const { texts, ...facts } = openReputations({ ...parts, reach: follower.reach });
  const { policies } = policyServices(parts);
  const ledger = reputationLedger(storage.reader);
  const closings = followClosings({ log: store, store: closingStore(storage), ledger });
  const scores: Services["scores"] = createScores({
    clock,
    begin: keepForQuestions(storage.reader.versionOfAll, maxKept),
    ledger,
    log: store,
    findPolicy: async (id, version) => {
      const found = await policies.find(id, version);
      ensure(found, "NOT_FOUND", "There is no such policy, or no such version of it.");
      return found;
    },
    follow: follower.ensureAt,
    reach: follower.reach,
    audiences: audiencesOf({ realm, keys, texts, store: audienceStore(storage) }),
    speaksFor: speaksForDid,
  });
  const exportScore: Services["exportScore"] = async (viewer, subject, asked, work) => {
    const { score, seen, question, counted, own } = await scores.whole(viewer, subject, asked, work?.spend);
    const behind = { realm, store, ledger };
    const unnamed = own ? new Set<string>() : await hiddenFacts(behind, question);
    const viewed = { unnamed, counted, most: work?.most };
    const { own: first, also, log } = await documentsBehind(behind, question, viewed, work?.spend);
    // Who is one with another sees what either hides, for as long as they are one.
    const now = own ? (await ledger.group(question.group.members[0]!, await store.lastSeq())).members : [];
    const asOne = question.group.members.filter((each) => now.includes(each));
    const wish = { also, asOne, lenient: true, counts: countsIn(counted) };
    const bundle = withoutWholeLog(await documents.bundle(first, viewer, work, wish), log);
    // Who sees everything computes it as it is; what was left out may be concealed as well.
    const shown = !bundle.leftOut && bundle.logs.every(({ entries }) => !entries.some(isConcealed));
    const whole = own || shown;
    return { ...bundle, ...exportedScore(question, whole ? score : seen) };
  };
  return {
    services: {
      ...facts,
      reputations: withoutPresentations(facts.reputations, parts.presentations),
      policies,
      scores,
      exportScore,
    } satisfies Partial<Services>,
    /** Follows the log a bounded part further. */
    follow: async () => {
      await follower.run(followedAtOnce);
      await closings.run(followedAtOnce);
    },
  };
}

/** Whoever erases all words about itself shares none of them any longer. */
function withoutPresentations(
  reputations: Services["reputations"],
  presentations: Pick<PresentationStore, "removeOf">,
): Services["reputations"] {
  return {
    ...reputations,
    async erase(caller, subject) {
      await reputations.erase(caller, subject);
      await presentations.removeOf({ user: foldAccount(subject) as Did, method: walletOf(caller).method });
    },
  };
}
