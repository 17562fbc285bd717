import { html } from "hono/html";
import { parseTime } from "../../../kernel/time.ts";
import type { Membership, OrganizationView } from "../../../services.ts";
import { badgeStyle } from "../badges/badge-page.ts";
import type { Markup, Page } from "../layout.ts";
import { markOf } from "../mark.ts";
import { dayWords } from "../moment.ts";
import { tokenField, walletPanel } from "../people/wallet-panel.ts";
import { reputationStyle } from "../reputation/subject-page.ts";
import { fill, textFor, texts } from "../texts.ts";
import { organizationStyle } from "./organization-style.ts";

export type ConsolePart = keyof typeof texts.orgConsole.parts;

/** What every part of the console knows: for whom, by whom, and by what its forms are known. */
export type ConsoleFrame = {
  organization: OrganizationView;
  membership: Membership;
  token: string;
  /** What was just done, by the name of its text. */
  done?: string | undefined;
};

/** Whether a member governs: keys, clients, the domain, badges. */
export function governs({ membership: { role } }: Pick<ConsoleFrame, "membership">): boolean {
  return role === "owner" || role === "admin";
}

/** Whether a member awards. */
export function awards({ membership: { role } }: Pick<ConsoleFrame, "membership">): boolean {
  return role !== "viewer" && role !== "arbiter";
}

/** Whether a member rules over disputes. */
export function rules({ membership: { role } }: Pick<ConsoleFrame, "membership">): boolean {
  return role === "owner" || role === "arbiter";
}

/** What the key of this browser is asked to do: to act for organisations, or to say something about others. */
export type Purpose = "organizations" | "attestations";

/** A part of the console, with the way to the others and what its forms are signed by. */
export function consolePart(
  frame: ConsoleFrame,
  part: ConsolePart,
  body: Markup,
  purpose: Purpose = "organizations",
): Page {
  const { orgConsole: words } = texts;
  const { organization } = frame;
  const said = frame.done === undefined ? undefined : textFor(words.done, frame.done);
  return {
    title: fill(words.title, { name: organization.name }),
    place: "me",
    wide: true,
    head:
      purpose === "attestations"
        ? html`${reputationStyle}${organizationStyle}`
        : html`${badgeStyle}${organizationStyle}`,
    scripts: consoleScripts,
    body: html`${said === undefined ? "" : html`<p class="notice notice-good" role="status">${said}</p>`}
      <p class="place"><a href="/orgs">${words.place}</a></p>
      ${headMarkup(frame)}${navMarkup(frame, part)}
      <noscript><p class="notice notice-warn">${words.script}</p></noscript>
      <div ${signedBy(frame, purpose)}>${body}</div>${askDialog(frame.token, purpose)}`,
  };
}

/** Scripts of every page on which a member signs. */
export const consoleScripts = [
  "wallets.browser.js",
  "wallet-panel.browser.js",
  "badge-key.browser.js",
  "disclosures.browser.js",
  "organization-tasks.browser.js",
  "attestation-tasks.browser.js",
  "signed-forms.browser.js",
  "organization.browser.js",
] as const;

/** What a form of the console is signed for: `deed` names it to the script, which goes on to `next`. */
export type DeedForm = {
  deed: string;
  next: string;
  /** What the script needs beside the fields. */
  data?: Readonly<Record<string, unknown>>;
  fields: Markup;
  label: string;
  look?: "button" | "button button-plain" | "button button-bad";
};

/** A form that is signed by the key of this browser. Without a script it does nothing, so it is not shown. */
export function deedForm({ deed, next, data = {}, fields, label, look = "button" }: DeedForm): Markup {
  return html`<form class="stack deed" data-deed="${deed}" data-next="${next}" data-given="${JSON.stringify(data)}" method="post">
    ${fields}<p><button class="${look}">${label}</button></p>
    <p class="notice" role="status" data-deed-status hidden></p></form>`;
}

/** Something that is done seldom, or cannot be undone: folded, with what comes of it before the button. */
export function foldedDeed(title: string, text: string, form: DeedForm): Markup {
  return html`<details class="act"><summary>${title}</summary><p class="act-text">${text}</p>${deedForm(form)}</details>`;
}

type ConsolePage = ConsolePart | "badges/edit" | "awards/new" | "attestations/new";

/** Where a part of the console stands. */
export function consolePath(slug: string, part: ConsolePage = "overview"): string {
  return part === "overview" ? `/orgs/${slug}/console` : `/orgs/${slug}/console/${part}`;
}

/** A part of the console, which says what was done. */
export function donePath(slug: string, part: ConsolePart, done: string): string {
  return `${consolePath(slug, part)}?done=${done}`;
}

/** What the script signs with, on the element around all forms. */
export function signedBy(
  { organization, membership }: Pick<ConsoleFrame, "organization" | "membership">,
  purpose: Purpose = "organizations",
): Markup {
  const { words } = texts.orgConsole;
  const rests = JSON.stringify([{ document: organization.id, operation: membership.operation }]);
  return html`class="console" data-console data-purpose="${purpose}" data-document="${organization.id}" data-slug="${organization.slug}" data-user="${membership.user}" data-rests="${rests}" data-words="${JSON.stringify(words)}"`;
}

/** What the key may do, before the wallet opens; the wallet is asked here, when it has not been for an hour. */
export function askDialog(token: string, purpose: Purpose = "organizations"): Markup {
  const { ask, askFacts } = texts.orgConsole;
  const { title, label, done, cancel } = ask;
  const { lead, may, never } = purpose === "organizations" ? ask : askFacts;
  return html`<dialog class="ask-wallet" data-ask aria-labelledby="ask-title"><form method="dialog" data-ask-form>${tokenField(token)}
    <h2 id="ask-title">${title}</h2><p>${lead}</p><ul class="ask-may">${may.map((each) => html`<li>${each}</li>`)}</ul>
    <p class="quiet">${never}</p>${walletPanel({ label, done })}
    <p class="deny"><button type="button" class="quiet-button" data-ask-cancel>${cancel}</button></p></form></dialog>`;
}

/** A label, its field, and what it wants. */
export function fieldMarkup(label: string, id: string, control: Markup, hint?: Markup | string): Markup {
  const said = hint === undefined ? "" : html`<p class="hint" id="${id}-hint">${hint}</p>`;
  return html`<label for="${id}">${label}</label>${said}${control}`;
}

/** The same, where it may be left empty. */
export function optionalField(label: string, id: string, control: Markup, hint?: string): Markup {
  const said = hint === undefined ? "" : html`<p class="hint" id="${id}-hint">${hint}</p>`;
  return html`<label for="${id}">${label} <span class="optional">${texts.organizations.optional}</span></label>${said}${control}`;
}

/** Where something is said in words: they stand beside the log, as much as one text may have. */
export function wordsField(id: string, label: string, terms: { required?: true; hint?: string } = {}): Markup {
  const { required, hint } = terms;
  const described = hint === undefined ? "" : html` aria-describedby="${id}-hint"`;
  const control = html`<textarea id="${id}" name="narrative" class="words" rows="4" maxlength="8192"${required ? html` required` : ""}${described}></textarea>`;
  return required ? fieldMarkup(label, id, control, hint) : optionalField(label, id, control, hint);
}

/** The way on through a list that begins with the latest, and back to its beginning; `more` stands in each address. */
export function pagesMarkup({ path, name, next, first, words, more = {} }: Pages): Markup | string {
  if (next === undefined && first) return "";
  const to = (query: Record<string, string>) => {
    const asked = new URLSearchParams({ ...more, ...query }).toString();
    return asked === "" ? path : `${path}?${asked}`;
  };
  const latest = html`<a href="${to({})}">${words.latest}</a> `;
  const earlier = html`<a href="${to({ [name]: String(next) })}" rel="next">${words.earlier}</a>`;
  return html`<p class="more">${first ? "" : latest}${next === undefined ? "" : earlier}</p>`;
}

type Pages = {
  path: string;
  /** Of the parameter that says before which place the list goes on. */
  name: string;
  next: number | undefined;
  first: boolean;
  words: { earlier: string; latest: string };
  more?: Record<string, string>;
};

function headMarkup({ organization, membership }: ConsoleFrame): Markup {
  const { orgConsole: words } = texts;
  const day = dayWords(parseTime(membership.since));
  return html`<header class="org-head">${markOf(organization.did, "large")}<div><h1>${organization.name}</h1>
    <p class="quiet">${fill(words.you, { role: words.roles[membership.role], day })}</p></div>
    <p class="org-manage"><a href="/orgs/${organization.slug}">${words.publicPage}</a></p></header>`;
}

function navMarkup(frame: ConsoleFrame, here: ConsolePart): Markup {
  const { orgConsole: words } = texts;
  const shown = (Object.keys(words.parts) as ConsolePart[]).filter((part) => part !== "clients" || governs(frame));
  return html`<nav class="parts" aria-label="${words.nav}">${shown.map(
    (part) =>
      html`<a href="${consolePath(frame.organization.slug, part)}"${part === here ? html` aria-current="page"` : ""}>${words.parts[part]}</a>`,
  )}</nav>`;
}
