import { html } from "hono/html";
import { parsePkh } from "../../../identity/did.ts";
import type { IssuedView, ListedDelegation, PublicProfile, SessionView } from "../../../services.ts";
import { addressMarkup, copyable, shortDid, wholeDidMarkup } from "../address.ts";
import type { Markup, Page } from "../layout.ts";
import { markOf } from "../mark.ts";
import { momentOf } from "../moment.ts";
import { factsMarkup, type Row, rowsMarkup } from "../rows.ts";
import { chainName, fill, textFor, texts } from "../texts.ts";
import { agentWords } from "./agent-words.ts";
import { appRow } from "./my-apps.ts";
import { tokenField } from "./wallet-panel.ts";

export type MeView = {
  user: string;
  method: "recovery" | "contract";
  profile: PublicProfile | undefined;
  showsEns: boolean;
  /** Live ones and ended ones, the latest first, and where the list goes on. */
  apps: readonly ListedDelegation[];
  moreApps: string | null;
  credentials: readonly IssuedView[];
  sessions: readonly SessionView[];
  /** What was just done, by the name of its text. */
  done: string | undefined;
  token: string;
};

/** What is kept about somebody, for themselves. */
export function mePage(view: MeView): Page {
  const { me } = texts;
  const notice = view.done === undefined ? undefined : textFor(me.done, view.done);
  const name = view.profile?.username ?? shortDid(view.user);
  return {
    title: me.title,
    place: "me",
    wide: true,
    body: html`${notice === undefined ? "" : html`<p class="notice notice-good" role="status">${notice}</p>`}
      <div class="person">${markOf(view.user, "large")}<div><h1>${name}</h1><p class="lead">${me.lead}</p></div>
        <form method="post" action="/sign-out">${tokenField(view.token)}<button class="button button-plain">${texts.signIn.out}</button></form></div>
      <div class="columns"><div>
        ${section("apps", me.apps, appsMarkup(view), me.appsLead)}
        ${section("credentials", me.credentials, credentialsMarkup(view), me.credentialsLead)}
        ${section("sessions", me.sessions, sessionsMarkup(view))}
      </div><div>
        ${section("identity", me.identity, identityMarkup(view))}
        ${section("badges", texts.mine.title, html`<p>${texts.mine.linkText}<br><a href="/me/badges">${texts.mine.link}</a></p>`)}
        ${section("reputation", texts.standing.title, html`<p>${texts.standing.linkText}<br><a href="/me/reputation">${texts.standing.link}</a></p>`)}
        ${section("organizations", texts.organizations.link, html`<p>${texts.organizations.linkText}<br><a href="/orgs">${texts.organizations.linkTo}</a></p>`)}
        ${section("profile", me.profile, profileForm(view))}
      </div></div>`,
  };
}

function section(id: string, title: string, body: Markup, lead?: string): Markup {
  return html`<section class="part" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
    ${lead === undefined ? "" : html`<p class="quiet">${lead}</p>`}${body}</section>`;
}

function identityMarkup({ user, method, profile }: MeView): Markup {
  const { me } = texts;
  const { address, chainId } = parsePkh(user);
  const reach = method === "recovery" ? me.everywhere : fill(me.oneChain, { chain: chainName(chainId) });
  const link = profile ? html`<a href="/profile/${address}">${me.toProfile}</a>` : me.noProfile;
  return factsMarkup([
    [me.did, wholeDidMarkup(user)],
    [me.wallet, html`${addressMarkup(address)}<br><span class="quiet">${reach}</span>`],
    [me.public, link],
  ]);
}

function profileForm({ profile, showsEns, token }: MeView): Markup {
  const { me } = texts;
  const claimed = profile?.usernameClaimed ? html`<p class="hint">${me.nameClaimed}</p>` : "";
  const showEns = showsEns ? html` checked` : "";
  return html`<form class="stack" method="post" action="/me/profile">${tokenField(token)}
    <label for="username">${me.name}</label>
    <input id="username" name="username" maxlength="64" autocomplete="nickname" value="${profile?.username ?? ""}" aria-describedby="name-hint">
    <p class="hint" id="name-hint">${me.nameHint}</p>${claimed}
    <label for="image">${me.image}</label>
    <input id="image" name="userImage" type="url" maxlength="2048" value="${profile?.userImage ?? ""}" aria-describedby="image-hint">
    <p class="hint" id="image-hint">${me.imageHint}</p>
    <label class="tick"><input type="checkbox" name="showEns" value="yes"${showEns}><span>${me.showEns}</span></label>
    <p><button class="button">${me.save}</button></p></form>`;
}

function appsMarkup({ apps, moreApps, token }: MeView): Markup {
  const { me } = texts;
  if (apps.length === 0) return html`<p class="empty">${me.appsNone}</p>`;
  const live = apps.filter(({ state }) => state === "LIVE" || state === "NOT_YET");
  const ended = apps.filter((each) => !live.includes(each));
  return html`${live.length > 0 ? rowsMarkup(live.map((each) => appRow(each, token))) : html`<p class="empty">${me.appsNone}</p>`}
    ${ended.length === 0 ? "" : html`<details class="ended"><summary>${fill(me.appsEnded, { count: ended.length })}</summary>${rowsMarkup(ended.map((each) => appRow(each, token)))}</details>`}
    ${moreApps === null ? "" : html`<p><a href="/me?after=${encodeURIComponent(moreApps)}#apps">${me.more}</a></p>`}`;
}

function credentialsMarkup({ credentials, token }: MeView): Markup {
  const { me } = texts;
  if (credentials.length === 0) return html`<p class="empty">${me.credentialsNone}</p>`;
  // Each sign-in brings one of the same kind: the latest says it all.
  const [latest, ...earlier] = credentials.map((each) => credentialRow(each, token));
  const fold = html`<details class="ended"><summary>${fill(me.credentialsEarlier, { count: earlier.length })}</summary>${rowsMarkup(earlier)}</details>`;
  return html`${rowsMarkup(latest === undefined ? [] : [latest])}${earlier.length === 0 ? "" : fold}`;
}

function credentialRow({ id, type, issuedAt, expiresAt, revokedAt }: IssuedView, token: string): Row {
  const { me } = texts;
  const revoke = html`<form method="post" action="/me/credentials/${id}/revoke">${tokenField(token)}<button class="button button-bad">${me.revoke}</button></form>`;
  const facts = factsMarkup([
    [me.issued, momentOf(issuedAt)],
    [me.until, momentOf(expiresAt)],
    ...(revokedAt === null ? [] : ([[me.revoked, momentOf(revokedAt)]] as const)),
    [me.document, copyable(id)],
  ]);
  return {
    title: textFor(me.credentialTypes, type) ?? type,
    line: html`${me.issued} ${momentOf(issuedAt)}`,
    end: revokedAt === null ? "" : me.revoked,
    ended: revokedAt !== null,
    more: html`${facts}<p><a href="/v1/credentials/${id}">${me.read}</a></p>${revokedAt === null ? revoke : ""}`,
  };
}

function sessionsMarkup({ sessions, token }: MeView): Markup {
  const everywhere = html`<form method="post" action="/me/sessions/end">${tokenField(token)}<button class="button button-plain">${texts.signIn.outEverywhere}</button></form>`;
  return html`${rowsMarkup(sessions.map((each) => sessionRow(each, token)))}${everywhere}`;
}

function sessionRow({ id, agent, createdAt, usedAt, expiresAt, current }: SessionView, token: string): Row {
  const { me } = texts;
  const end = html`<form method="post" action="/me/sessions/${id}/end">${tokenField(token)}<button class="button button-bad">${me.sessionEnd}</button></form>`;
  return {
    title: agentWords(agent),
    line: html`${me.sessionsUsed} ${momentOf(usedAt)}`,
    end: current ? me.sessionsHere : "",
    more: html`${factsMarkup([
      [me.since, momentOf(createdAt)],
      [me.until, momentOf(expiresAt)],
    ])}${current ? "" : end}`,
  };
}
