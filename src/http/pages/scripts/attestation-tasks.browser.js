// What members of an organisation sign about others: they attest, take back, answer and rule.

import { signPrepared } from "./badge-key.browser.js";
import { committedTo } from "./disclosures.browser.js";
import { didOfAccount, given, momentOf, textsOf } from "./organization-tasks.browser.js";
import { Refusal } from "./wallet-panel.browser.js";

/**
 * @typedef {import("./organization-tasks.browser.js").Task} Task
 * @typedef {import("./organization-tasks.browser.js").Deed} Deed
 */

/** @type {Record<string, Task>} */
export const attestationTasks = {
  attest: (deed) => {
    const { organization, fields, given: known } = deed;
    const { subject = "", kind, field, value, title, narrative, validFrom, validUntil, ...rest } = textsOf(fields);
    const { work, url } = workOf(rest, deed.words);
    return say(deed, "ATTEST", {
      said: { title, narrative, url },
      input: {
        subject: didOfAccount(subject),
        restsOn: [...organization.rests, { document: organization.document, operation: known.fields }],
        organization: organization.document,
        standing: "organization",
        field,
        kind,
        value,
        ...(work && { work }),
        ...(validFrom && { validFrom: momentOf(validFrom) }),
        ...(validUntil && { validUntil: momentOf(validUntil) }),
      },
    });
  },
  retract: (deed) => say(deed, "RETRACT", { input: { ...about(deed), ends: deed.given.ends }, said: {} }),
  respond: (deed) => {
    const { narrative } = textsOf(deed.fields);
    return say(deed, "RESPOND", { input: about(deed), said: { narrative } });
  },
  rule: (deed) => {
    const { outcome = "", narrative } = textsOf(deed.fields);
    const { dispute, ends } = deed.given;
    return say(deed, "RULE", {
      input: { ...about(deed), dispute, outcome, ends: ends[outcome] ?? [] },
      said: { narrative },
    });
  },
};

/** What an operation about an attestation names. @param {Deed} deed */
function about({ given: { subject, attestation, restsOn }, organization }) {
  return { subject, restsOn: [...restsOn, ...organization.rests], attestation };
}

/**
 * What it rests on; an address of the web is said in words.
 * @param {Record<string, string>} texts @param {Record<string, string>} words
 */
function workOf({ work: type, workId = "" }, words) {
  if (!type) return {};
  if (!workId) throw new Refusal({ title: words.noWork });
  if (type === "url" && !/^https:\/\/\S+$/.test(workId)) throw new Refusal({ title: words.noUrl });
  return type === "url" ? { work: { type, id: "" }, url: workId } : { work: { type, id: workId } };
}

/**
 * The service writes it down, this browser sees that it is what was meant, signs it, and sends it with what it discloses.
 * @param {Deed} deed @param {string} type
 * @param {{ input: { subject: string } & Record<string, unknown>, said: Record<string, string | undefined> }} meant
 */
async function say({ key, organization, send, next }, type, { input: bare, said }) {
  const { committed, disclosures } = await committedTo(Object.entries(given(said)));
  const input = { ...bare, ...committed };
  const wish = { kind: "renown/reputation", user: organization.user, app: key.did, operations: [{ type, input }] };
  const { operations } = await send("/v1/documents:prepare", wish);
  const operation = await signPrepared(key, { type, input }, operations[0]);
  await send(`/v1/subjects/${encodeURIComponent(input.subject)}/operations`, { operation, disclosures });
  return next;
}
