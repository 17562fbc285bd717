// What the forms of an organisation come to: operations that the key of this browser signs, and what is sent beside them.

import { signPrepared } from "./badge-key.browser.js";
import { Refusal } from "./wallet-panel.browser.js";

/**
 * @typedef {import("./badge-key.browser.js").BadgeKey} BadgeKey
 * @typedef {{ document: string, operation: string }} Ground
 * @typedef {{ type: string, input: object }} Operation
 *
 * What a form is about: its fields, what the page gave along, and for which organisation it is signed.
 * @typedef {object} Deed
 * @property {HTMLFormElement} form
 * @property {FormData} fields
 * @property {Record<string, any>} given
 * @property {string} next Where it goes on.
 * @property {{ document: string, slug: string, user: string, rests: Ground[] }} organization
 * @property {BadgeKey} key
 * @property {(path: string, body: object | URLSearchParams) => Promise<any>} send
 * @property {string} token By which forms of the page are known.
 * @property {Record<string, string>} words What is said of what is missing.
 *
 * Does it, and says where it goes on: undefined where it shows what came of it itself.
 * @typedef {(deed: Deed) => Promise<string | undefined>} Task
 */

const [organizationKind, classKind, awardKind] = ["renown/organization", "renown/badge-class", "renown/award"];

/** @type {Record<string, Task>} */
export const tasks = {
  async open(deed) {
    const { name, slug, description, url } = textsOf(deed.fields);
    const input = { slug, name, ...given({ description, url }) };
    await perform(deed, { kind: organizationKind, operations: [{ type: "INIT", input }] });
    return `/orgs/${slug}/console?done=opened`;
  },
  async profile(deed) {
    const { name, description, url, email } = textsOf(deed.fields);
    const input = { name, ...given({ description, url, email }), ...deed.given };
    return govern(deed, { type: "SET_PROFILE", input });
  },
  member: (deed) => {
    const { user = "", role } = textsOf(deed.fields);
    return govern(deed, { type: "SET_MEMBER", input: { user: didOfAccount(user), role } });
  },
  removal: (deed) => govern(deed, { type: "REMOVE_MEMBER", input: { user: textsOf(deed.fields).user } }),
  async keys(deed) {
    const { slug } = deed.organization;
    const operations = [];
    for (const type of deed.fields.getAll("type")) {
      const { key } = await deed.send(`/v1/orgs/${slug}/keys`, { type });
      operations.push({ type: "ADD_KEY", input: { key, made: true } });
    }
    return operations.length === 0 ? undefined : govern(deed, ...operations);
  },
  key: (deed) => govern(deed, { type: "ADD_KEY", input: { key: textsOf(deed.fields).key, made: false } }),
  retirement: (deed) => {
    const { key, from } = textsOf(deed.fields);
    const compromised = from ? { compromisedFrom: momentOf(from) } : {};
    return govern(deed, { type: "RETIRE_KEY", input: { key, ...compromised } });
  },
  domain: (deed) => govern(deed, { type: "SET_DOMAIN", input: { domain: textsOf(deed.fields).domain } }),
  fields: (deed) =>
    govern(deed, { type: "SET_FIELDS", input: { fields: fieldsOf(textsOf(deed.fields).fields ?? "") } }),
  close: (deed) => govern(deed, { type: "CLOSE", input: { reason: textsOf(deed.fields).reason } }),
  async client(deed) {
    const { name, mode } = textsOf(deed.fields);
    const scopes = deed.fields.getAll("scope").map(String);
    const { client, secret } = await deed.send(`/v1/orgs/${deed.organization.slug}/clients`, {});
    await govern(deed, { type: "ADD_CLIENT", input: { client, name, scopes, mode } });
    showSecret(deed.form, client, secret);
    return undefined;
  },
  clientEnd: (deed) => govern(deed, { type: "REVOKE_CLIENT", input: { client: textsOf(deed.fields).client } }),
  class: (deed) => saveClass(deed),
  classEnd: (deed) => changeClass(deed, { type: "ARCHIVE", input: { restsOn: deed.organization.rests } }),
  classReturn: (deed) =>
    changeClass(deed, { type: "RESTORE", input: versionOf(deed, deed.given.version, deed.given.definition) }),
  award: (deed) => giveAward(deed),
  async awardChange(deed) {
    const { award, type } = deed.given;
    const { reason } = textsOf(deed.fields);
    await perform(deed, { kind: awardKind, document: award, operations: [{ type, input: changeOf(deed, reason) }] });
    return deed.next;
  },
  correction: (deed) => correctAward(deed),
};

/** Operations on the organisation itself. @param {Deed} deed @param {...Operation} operations */
async function govern(deed, ...operations) {
  await perform(deed, { kind: organizationKind, document: deed.organization.document, operations });
  return deed.next;
}

/**
 * The service writes operations down, this browser sees that they are what was meant, signs and sends them.
 * @param {Deed} deed @param {{ kind: string, document?: string, operations: Operation[] }} wish
 */
function perform({ key, organization, send, token }, wish) {
  const whole = JSON.stringify({ ...wish, user: organization.user, app: key.did });
  return again("HEAD_MOVED", async () => {
    const prepared = await send("/orgs/prepare", new URLSearchParams({ token, wish: whole }));
    const operations = [];
    for (const [i, meant] of wish.operations.entries())
      operations.push(await signPrepared(key, meant, prepared.operations[i]));
    if (wish.document) return send(`/v1/documents/${encodeURIComponent(wish.document)}/operations`, { operations });
    const create = await signPrepared(key, { type: "CREATE_DOCUMENT" }, prepared.create);
    return send("/v1/documents", { create, kind: wish.kind, operations });
  });
}

/** Tries of what others may come in between of. */
const maxTries = 5;

/** Prepares anew what was refused because somebody else came first. @template T @param {string} code @param {() => Promise<T>} work */
async function again(code, work) {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== code || tries >= maxTries) throw error;
    }
  }
}

/** @param {Deed} deed */
async function saveClass(deed) {
  const { given: known, organization } = deed;
  const definition = definitionOf(deed, await imageOf(deed));
  if (known.class) return changeClass(deed, { type: "REVISE", input: versionOf(deed, known.version + 1, definition) });
  const input = { restsOn: organization.rests, organization: organization.document, definition };
  await perform(deed, { kind: classKind, operations: [{ type: "INIT", input }] });
  return deed.next;
}

/** @param {Deed} deed @param {Operation} operation */
async function changeClass(deed, operation) {
  await perform(deed, { kind: classKind, document: deed.given.class, operations: [operation] });
  return deed.next;
}

/** @param {Deed} deed @param {number} version @param {object} definition */
function versionOf({ organization, given: { test } }, version, definition) {
  const place = { restsOn: organization.rests, organization: organization.document };
  return { ...place, version, definition, ...(test && { test }) };
}

/** What the form says; what it has no field for stays as it was. @param {Deed} deed @param {object | null} image */
function definitionOf({ fields, given: { definition: before } }, image) {
  const { name, description, narrative, criteriaUrl, type, tags = "", inLanguage } = textsOf(fields);
  const { inLanguage: _, ...rest } = before ?? { suspendable: fields.get("suspendable") === "yes" };
  return {
    ...rest,
    name,
    description,
    criteria: given({ narrative, url: criteriaUrl }),
    image,
    type,
    tags: [
      ...new Set(
        tags
          .split(",")
          .map((tag) => tag.trim())
          .filter(Boolean),
      ),
    ],
    alignment: skillsOf(fields, before?.alignment ?? []),
    validity: validityOf(textsOf(fields)),
    ...given({ inLanguage }),
  };
}

/** A skill keeps what else is known of it. @param {FormData} fields @param {any[]} before */
function skillsOf(fields, before) {
  const urls = fields.getAll("skillUrl").map((url) => String(url).trim());
  const names = fields.getAll("skillName").map((name) => String(name).trim());
  return names.flatMap((targetName, i) => {
    const targetUrl = urls[i] ?? "";
    if (!targetName && !targetUrl) return [];
    const known = before.find((each) => each.targetUrl === targetUrl);
    return [{ ...known, targetName: targetName || targetUrl, targetUrl }];
  });
}

/** @param {Record<string, string>} texts */
function validityOf({ validity, days, until }) {
  if (validity === "days") return { days: Number(days) };
  return validity === "until" && until ? { until: momentOf(until) } : null;
}

/** The picture is sent before the class that names it. @param {Deed} deed */
async function imageOf({ fields, given: { definition }, organization }) {
  const file = fields.get("image");
  const alt = String(fields.get("alt") ?? "").trim();
  const chosen = file instanceof File && file.size > 0 ? file : undefined;
  const before = fields.get("imageless") === "yes" ? null : (definition?.image ?? null);
  if (!chosen && before === null) return null;
  const { digest, type } = chosen ? await upload(`/orgs/${organization.slug}/console/images`, chosen) : before;
  return { digest, type, ...given({ alt }) };
}

/** @param {string} path @param {File} file */
async function upload(path, file) {
  const type = file.type || (file.name.toLowerCase().endsWith(".svg") ? "image/svg+xml" : "image/png");
  const response = await fetch(path, { method: "POST", body: file, headers: { "content-type": type } });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(answer);
  return answer;
}

/**
 * The service plans the award, this browser signs it, and the service keeps beside the log what stands in none. Its place in
 * a status list may be another's by then.
 * @param {Deed} deed
 */
async function giveAward({ key, send, token, organization, form, fields }) {
  const path = `/orgs/${organization.slug}/console/awards`;
  const request = JSON.stringify(requestOf(fields));
  const made = await again("CONFLICT", async () => {
    const { prepared, ticket } = await send(`${path}/draft`, new URLSearchParams({ token, app: key.did, request }));
    const create = await signPrepared(key, { type: "CREATE_DOCUMENT" }, prepared.create);
    const operation = await signPrepared(key, { type: "AWARD" }, prepared.operations[0]);
    return send(path, new URLSearchParams({ token, signed: JSON.stringify({ create, operation }), ticket }));
  });
  showAwarded(form, made);
  return undefined;
}

/** @param {FormData} fields */
function requestOf(fields) {
  const { class: badge, to = "", name, narrative, evidence, validUntil, hold, cohort } = textsOf(fields);
  const recipient = to.includes("@") ? { email: to } : { did: didOfAccount(to) };
  return {
    class: badge,
    recipient,
    ...given({ name, narrative, cohort }),
    ...(evidence && { evidence: [{ id: evidence }] }),
    ...(validUntil && { validUntil: momentOf(validUntil) }),
    ...(hold && { holdMinutes: Number(hold) }),
  };
}

/** @param {Deed} deed */
async function correctAward({ key, send, token, organization, form, fields, given: { award } }) {
  const path = `/orgs/${organization.slug}/console/corrections`;
  const { email = "" } = textsOf(fields);
  const wish = new URLSearchParams({ token, app: key.did, award, email });
  const made = await again("HEAD_MOVED", async () => {
    const { prepared, ticket } = await send(`${path}/draft`, wish);
    const operation = await signPrepared(key, { type: "CORRECT" }, prepared.operations[0]);
    return send(path, new URLSearchParams({ token, signed: JSON.stringify({ operation }), ticket }));
  });
  const place = form.querySelector("[data-claim-link]");
  showLink(place, made.claimLink);
  return undefined;
}

/** @param {Deed} deed @param {string | undefined} reason */
function changeOf({ organization, given: { type, class: badge, operation, version } }, reason) {
  const amends = type === "AMEND";
  const restsOn = [...organization.rests, ...(amends ? [{ document: badge, operation }] : [])];
  return { restsOn, ...given({ reason }), ...(amends && { version }) };
}

/** @param {HTMLFormElement} form @param {string} client @param {string} secret */
function showSecret(form, client, secret) {
  const shown = form.parentElement?.querySelector("[data-secret]");
  if (!(shown instanceof HTMLElement)) return;
  fillIn(shown, "client", client);
  fillIn(shown, "secret", secret);
  form.hidden = true;
  reveal(shown);
}

/** @param {HTMLFormElement} form @param {{ url: string, claimLink?: string }} made */
function showAwarded(form, { url, claimLink }) {
  const shown = form.parentElement?.querySelector("[data-awarded]");
  if (!(shown instanceof HTMLElement)) return;
  const page = shown.querySelector("[data-award-page]");
  if (page) page.textContent = url;
  page?.setAttribute("href", new URL(url).pathname);
  if (claimLink) showLink(shown.querySelector("[data-claim-link]"), claimLink);
  form.hidden = true;
  reveal(shown);
}

/** @param {Element | null} place @param {string} link */
function showLink(place, link) {
  if (!(place instanceof HTMLElement)) return;
  fillIn(place, "claim", link);
  place.hidden = false;
}

/** @param {HTMLElement} shown */
function reveal(shown) {
  shown.hidden = false;
  shown.focus();
}

/** A text that is shown once, with its button to copy it. @param {ParentNode} within @param {string} name @param {string} text */
function fillIn(within, name, text) {
  const place = within.querySelector(`[data-filled="${name}"]`);
  const [code, button, spoken] = ["code", "[data-copy]", ".spoken"].map((selector) => place?.querySelector(selector));
  if (code) code.textContent = text;
  button?.setAttribute("data-copy", text);
  if (spoken) spoken.textContent += text;
}

/** Texts of a form without the space around them. @param {FormData} fields @returns {Record<string, string>} */
export function textsOf(fields) {
  return Object.fromEntries(
    [...fields].flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value.replaceAll("\r\n", "\n").trim()]] : [],
    ),
  );
}

/** A field of each line: its id, its name, its codes. @param {string} text */
function fieldsOf(text) {
  return text.split("\n").flatMap((line) => {
    const [id = "", name = "", rest = ""] = line.split("|").map((part) => part.trim());
    const codes = rest.split(/[\s,]+/).filter(Boolean);
    return id === "" ? [] : [{ id, name: name || id, ...(codes.length > 0 && { codes }) }];
  });
}

/** What was filled in. @param {Record<string, string | undefined>} texts */
export function given(texts) {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text));
}

/** A DID as it is; an address on the chain that wallets begin on. @param {string} text */
export function didOfAccount(text) {
  if (/^did:pkh:/i.test(text)) return text.toLowerCase();
  return /^0x[0-9a-f]{40}$/i.test(text) ? `did:pkh:eip155:1:${text.toLowerCase()}` : text;
}

/** What a field of the browser says, in UTC. @param {string} text */
export function momentOf(text) {
  return new Date(`${text}Z`).toISOString();
}
