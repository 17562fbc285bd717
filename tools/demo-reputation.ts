// The third story: three organisations attest work, one of them a mishap; the subject disputes it, an arbiter strikes it,
// the score moves and says why, and a stranger computes it again.
import { replayScore, type Score } from "../src/index.ts";
import type { ShownBundle } from "../src/operations/concealment.ts";
import type { Receipt } from "../src/operations/receipt.ts";
import type { Explanation } from "../src/reputation/score.ts";
import type { ScoreDiff } from "../src/reputation/score-diff.ts";
import { get, post } from "./demo-client.ts";
import { namedKeys } from "./demo-operations.ts";
import { chapter, say, tell, toCheck } from "./demo-print.ts";
import {
  addMember,
  attest,
  bySubject,
  entryOf,
  type Fact,
  type Firm,
  openFirm,
  type Signing,
  signingPerson,
} from "./demo-reputation-acts.ts";

const policy = "open-work";

export async function playReputation(url: string): Promise<void> {
  chapter("Three organisations say in which fields they can judge");
  const firms = [await openFirm(url, "harbour"), await openFirm(url, "shipyard"), await openFirm(url, "lighthouse")];
  for (const { name, document, fields } of firms) say(`${name} (${document}) attests in ${fields.join(" and ")}.`);
  toCheck(`curl -s ${url}/v1/orgs/${firms[0]!.slug}/fields`);
  const ada = await signingPerson(url);
  const mishap = await attestWork(url, ada, firms);
  await tellScore(url, ada, mishap.admittedAt);
  const before = await dispute(url, ada, mishap, firms[2]!);
  await rule(url, ada, mishap, firms[2]!);
  await compare(url, ada, before.moment);
  await replay(url, ada);
}

type Mishap = Fact & { dispute?: Fact };

async function attestWork(url: string, { user }: Signing, [harbour, shipyard, lighthouse]: Firm[]): Promise<Mishap> {
  chapter("They attest what Ada did, and one of them that something went wrong");
  for (const firm of [harbour!, shipyard!])
    for (const field of firm.fields) {
      const { seq } = await attest(url, firm, user, {
        kind: "contribution",
        field,
        value: "1",
        narrative: "Delivered.",
      });
      say(`${firm.name}: a contribution in ${field}, entry ${seq}, signed by the organisation's own key.`);
    }
  const [field = ""] = lighthouse!.fields;
  const narrative = "The lamp went out in the night of the storm.";
  const mishap = await attest(url, lighthouse!, user, { kind: "incident", field, value: "1", narrative });
  say(`${lighthouse!.name}: an incident in ${field}, entry ${mishap.seq}: “${narrative}”`);
  say("The log commits to those words by a salted digest; they stand beside it, and can be erased.");
  toCheck(`curl -s ${url}/v1/subjects/${user}/attestations`);
  return mishap;
}

async function tellScore(url: string, { user }: Signing, moment: string): Promise<void> {
  chapter("The score, with its reasons");
  const path = `/v1/subjects/${user}/scores/${policy}`;
  const score = await get<Score & { lists: ListsShown }>(url, `${path}?explain=full`);
  tellNumber(score);
  for (const { kind, facts, sum, points } of score.components)
    if (facts > 0) say(`  ${kind}: ${facts} of them, together ${sum}, of which caps leave ${points}`);
  for (const { seq, kind, contribution, weight, decay, status } of score.lists.evidence.items)
    say(`  entry ${seq}, ${kind}: ${contribution} (weight ${weight}, decay ${decay}, ${status})`);
  const { at, why, to } = (score.nextChange ?? {}) as { at?: string; why?: string; to?: { score: string } };
  say(`It changes by itself at ${at}: ${why}, to ${to?.score}.`);
  toCheck(`curl -s '${url}${path}?explain=full&at=${moment}'`);
}

type ListsShown = { evidence: { items: Explanation["evidence"] }; excluded: { items: Explanation["excluded"] } };

async function dispute(url: string, ada: Signing, mishap: Mishap, firm: Firm): Promise<{ moment: string }> {
  chapter("Ada disputes it, and the organisation answers");
  const said = "I was not on duty that night; the roster shows it.";
  const restsOn = [{ document: mishap.document, operation: mishap.attestation }];
  const input = { attestation: mishap.attestation, restsOn };
  mishap.dispute = await bySubject(url, ada, ada.user, "DISPUTE", input, said);
  say(`Her key signed DISPUTE, entry ${mishap.dispute.seq}: “${said}”`);
  const narrative = "Our roster names her. Let the arbiter look.";
  const headers = { "idempotency-key": crypto.randomUUID() };
  const path = `/v1/attestations/${mishap.attestation}/respond`;
  const answered = await post<Receipt>(url, path, { narrative }, { token: firm.token, headers });
  say(`${firm.name} answers: “${narrative}”`);
  say("Until there is a ruling, for at most 30 days under this policy, it counts as it did.");
  toCheck(`curl -s ${url}/v1/attestations/${mishap.attestation}`);
  return { moment: answered.admittedAt };
}

async function rule(url: string, ada: Signing, mishap: Mishap, firm: Firm): Promise<void> {
  chapter("An arbiter of the organisation rules");
  const arbiter = await signingPerson(url);
  const role = await addMember(url, firm, arbiter.user, "arbiter");
  const about = mishap.dispute!;
  const ends = [await entryOf(url, about), await entryOf(url, mishap)];
  const ground = ({ document, attestation }: Fact) => ({ document, operation: attestation });
  const restsOn = [ground(about), ground(mishap), role];
  const said = "Two rosters contradict each other; the later one does not name her.";
  const input = { attestation: mishap.attestation, dispute: about.attestation, outcome: "struck", ends, restsOn };
  const { seq } = await bySubject(url, arbiter, ada.user, "RULE", input, said);
  say(`${arbiter.user} signed RULE, entry ${seq}: struck. “${said}”`);
}

async function compare(url: string, { user }: Signing, before: string): Promise<void> {
  chapter("What moved the score");
  const path = `/v1/subjects/${user}/scores/${policy}`;
  tellNumber(await get<Score>(url, `${path}?at=${before}`));
  const now = await get<Score & { lists: ListsShown }>(url, `${path}?explain=full`);
  tellNumber(now);
  const diff = await get<ScoreDiff>(url, `${path}/diff?before=${before}`);
  say(`The difference is ${diff.change}:`);
  for (const { seq, kind, from, to, reason } of [...diff.entered, ...diff.left, ...diff.changed])
    say(`  entry ${seq}, ${kind}: from ${from} to ${to}${reason ? ` (${reason})` : ""}`);
  for (const { seq, reason, detail } of now.lists.excluded.items)
    say(`  entry ${seq} is left out: ${reason}, ${JSON.stringify(detail)}`);
  toCheck(`curl -s '${url}${path}/diff?before=${before}'`);
}

async function replay(url: string, { user }: Signing): Promise<void> {
  chapter("A stranger computes it again, offline");
  const path = `/v1/subjects/${user}/scores/${policy}/export`;
  const exported = await get<ShownBundle & { question: { at: string }; score: Score }>(url, path);
  const operationKeys = await namedKeys(url, exported);
  const report = await replayScore(exported, { operationKeys });
  say(`${report.entries} entries of ${report.logs} logs were replayed from nothing.`);
  tell("The score from the export alone", { verdict: report.verdict, checks: report.checks });
  const tampered = structuredClone(exported);
  for (const { entries } of tampered.logs)
    for (const entry of entries)
      if ("action" in entry) entry.action = entry.action.replace('"kind":"incident"', '"kind":"endorsement"');
  const forged = await replayScore(tampered, { operationKeys });
  const laws = [...new Set(forged.findings.map(({ law, code }) => `${law}: ${code}`))];
  say(`With the incident turned into an endorsement: ${forged.verdict} (${laws.join(", ")}).`);
  const { realm } = await get<{ realm: string }>(url, "/v1/log");
  const inRealm = realm === "main" ? "" : ` --realm ${realm}`;
  const { at } = exported.question;
  const asked = `--policy ${policy} --subject ${user} --at ${at}`;
  toCheck(`curl -sf '${url}${path}?at=${at}' -o export.json
             curl -sf ${url}/.well-known/did.json -o did.json
             npm run replay -- --log export.json --operation-keys did.json${inRealm} ${asked}`);
}

function tellNumber({ score, passes, asOf, threshold, raters }: Score): void {
  const passing = passes ? "passes" : "does not pass";
  say(
    `At place ${asOf.position} of the log: ${score}; it ${passing}. ${raters} organisations have spoken; to pass takes ${threshold} points.`,
  );
}
