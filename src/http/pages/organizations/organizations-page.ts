import { html } from "hono/html";
import type { Did } from "../../../identity/did.ts";
import type { Membership } from "../../../services.ts";
import { badgeStyle } from "../badges/badge-page.ts";
import type { Markup, Page } from "../layout.ts";
import { markOf } from "../mark.ts";
import { fill, textFor, texts } from "../texts.ts";
import {
  askDialog,
  consolePath,
  consoleScripts,
  deedForm,
  fieldMarkup,
  optionalField,
} from "./organization-console.ts";
import { organizationStyle } from "./organization-style.ts";

export type OrganizationsPage = {
  user: Did;
  /** Of the service, as addresses begin. */
  host: string;
  /** DID of an organisation by its slug. */
  didOf(slug: string): Did;
  memberships: readonly Membership[];
  token: string;
  /** What was just done, by the name of its text. */
  done: string | undefined;
};

/** For whom somebody acts, and how they open another. */
export function organizationsPage(view: OrganizationsPage): Page {
  const { organizations: words } = texts;
  const { memberships, user } = view;
  const said = view.done === undefined ? undefined : textFor(texts.orgConsole.done, view.done);
  return {
    title: words.title,
    place: "me",
    wide: true,
    head: html`${badgeStyle}${organizationStyle}`,
    scripts: consoleScripts,
    body: html`${said === undefined ? "" : html`<p class="notice notice-good" role="status">${said}</p>`}
      <p class="place"><a href="/me">${words.back}</a></p><h1>${words.title}</h1><p class="lead">${words.lead}</p>
      <div class="columns"><div>${memberships.length === 0 ? html`<p class="empty">${words.none}</p>` : listMarkup(view)}</div>
      <div class="console" data-console data-document="" data-slug="" data-user="${user}" data-rests="[]" data-words="${JSON.stringify(texts.orgConsole.words)}">
        ${newForm(view)}</div></div>${askDialog(view.token)}`,
  };
}

function listMarkup({ memberships, didOf }: OrganizationsPage): Markup {
  const { organizations: words, orgConsole } = texts;
  return html`<ul class="org-list">${memberships.map(
    ({
      slug,
      name,
      role,
    }) => html`<li>${markOf(didOf(slug))}<div><p><b>${name}</b><br><span class="quiet">${orgConsole.roles[role]}</span></p>
      <p class="org-links"><a href="${consolePath(slug)}">${words.console}<span class="spoken"> ${name}</span></a> <a href="/orgs/${slug}">${words.page}<span class="spoken">: ${name}</span></a></p></div></li>`,
  )}</ul>`;
}

function newForm({ host }: OrganizationsPage): Markup {
  const { organizations: words, orgConsole } = texts;
  const place = `${host}/orgs/example-academy`;
  const fields = html`${fieldMarkup(words.name, "name", html`<input id="name" name="name" required maxlength="200" autocomplete="organization">`)}
    ${fieldMarkup(
      words.slug,
      "slug",
      html`<input id="slug" name="slug" required minlength="3" maxlength="40" pattern="[a-z][a-z0-9\\-]{2,39}" autocapitalize="none" spellcheck="false" aria-describedby="slug-hint">`,
      fill(words.slugHint, { place }),
    )}
    ${optionalField(words.about, "description", html`<textarea id="description" name="description" class="words" rows="3" maxlength="2000" aria-describedby="description-hint"></textarea>`, words.aboutHint)}
    ${optionalField(words.url, "url", html`<input id="url" name="url" type="url" pattern="https://.+" maxlength="2048" placeholder="https://" aria-describedby="url-hint">`, words.urlHint)}
    <p class="hint">${orgConsole.signs}</p>`;
  return html`<section class="card" aria-labelledby="make"><h2 id="make">${words.make}</h2><p>${words.makeLead}</p>
    <noscript><p class="notice notice-warn">${texts.wallet.noScript}</p></noscript>
    ${deedForm({ deed: "open", next: "", fields, label: words.create })}</section>`;
}
