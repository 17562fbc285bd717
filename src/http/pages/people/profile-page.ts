import { html } from "hono/html";
import type { PublicProfile } from "../../../services.ts";
import { addressMarkup, copyable, shortAddress, wholeDidMarkup } from "../address.ts";
import type { Markup, Page } from "../layout.ts";
import { markOf } from "../mark.ts";
import { dayOf } from "../moment.ts";
import { subjectPath } from "../reputation/subject-view.ts";
import { factsMarkup } from "../rows.ts";
import { chainName, fill, texts } from "../texts.ts";

/** What a subject has made public, for people; `url` is where it is, in full. */
export function profilePage(profile: PublicProfile, url: string): Page {
  const { profile: words } = texts;
  const { did, address } = profile;
  const name = profile.username ?? shortAddress(address);
  const named = profile.username === null ? "" : html`<p class="lead">${addressMarkup(address)}</p>`;
  return {
    title: name,
    description: fill(words.description, { name }),
    wide: true,
    head: headMarkup(name, url),
    body: html`<div class="person">${markOf(did, "large")}<div><h1>${name}</h1>
        ${profile.usernameClaimed ? html`<p class="badge-claim">${words.claimed}</p>` : ""}${named}</div></div>
      <div class="columns"><section class="part" aria-labelledby="who"><h2 id="who">${words.who}</h2>${whoMarkup(profile)}</section>
      <section class="part" aria-labelledby="check"><h2 id="check">${words.check}</h2>${checkMarkup(profile)}</section></div>`,
  };
}

/** Nobody is known by this name. */
export function noProfilePage(): Page {
  const { none, noneText } = texts.profile;
  return {
    title: none,
    body: html`<section class="refusal"><p class="place">${texts.refusal.heading.NOT_FOUND}</p><h1>${none}</h1>
      <p class="lead">${noneText}</p><p><a class="button" href="/">${texts.refusal.home}</a></p></section>`,
  };
}

function headMarkup(name: string, url: string): Markup {
  const { description } = texts.profile;
  const json = new URL(url).pathname;
  return html`<link rel="canonical" href="${url}"><link rel="alternate" type="application/json" href="${json}">
<link rel="alternate" type="application/did" href="${json}">
<meta property="og:type" content="profile"><meta property="og:site_name" content="${texts.brand}">
<meta property="og:title" content="${name}"><meta property="og:description" content="${fill(description, { name })}">
<meta property="og:url" content="${url}"><meta property="og:image" content="${url}/card.png">
<meta property="og:image:type" content="image/png"><meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">
<meta property="og:image:alt" content="${fill(texts.profile.card, { name })}"><meta name="twitter:card" content="summary_large_image">`;
}

function whoMarkup({ did, address, chainId, ensName, userImage, createdAt, updatedAt }: PublicProfile): Markup {
  const { profile: words } = texts;
  const picture = html`<a href="${userImage ?? ""}" rel="nofollow noreferrer">${userImage ?? ""}</a> <span class="quiet">(${words.pictureNote})</span>`;
  return factsMarkup([
    [words.address, addressMarkup(address)],
    ...(ensName === null ? [] : ([[words.ens, ensName]] as const)),
    [words.chains, chainId === null ? words.everyChain : chainName(chainId)],
    [words.did, wholeDidMarkup(did)],
    ...(userImage === null ? [] : ([[words.picture, userImage.startsWith("https:") ? picture : userImage]] as const)),
    [texts.subject.place, html`<a href="${subjectPath(did)}">${texts.subject.profileLink}</a>`],
    [words.since, dayOf(createdAt)],
    [words.changed, dayOf(updatedAt)],
  ]);
}

function checkMarkup({ documentId, did, address }: PublicProfile): Markup {
  const { profile: words } = texts;
  const document = encodeURIComponent(documentId);
  return html`<p>${words.checkText}</p>
    ${factsMarkup([
      [words.document, copyable(documentId)],
      [words.log, html`<a href="/v1/documents/${document}/operations">/v1/documents/…/operations</a>`],
      [words.audit, html`<a href="/v1/documents/${document}/audit">/v1/documents/…/audit</a>`],
      [words.didDocument, html`<a href="/1.0/identifiers/${encodeURIComponent(did)}">/1.0/identifiers/…</a>`],
      [
        words.data,
        html`<code>GET /profile/${shortAddress(address)}</code> <span class="quiet">${words.dataNote}</span>`,
      ],
    ])}`;
}
