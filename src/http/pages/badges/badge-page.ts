import { html, raw } from "hono/html";
import { badgeTitle } from "../../../badges/achievement-credential.ts";
import { auditPath } from "../../../badges/face.ts";
import { qrPath } from "../../../badges/qr.ts";
import { escapeXml } from "../../../badges/svg.ts";
import { parseTime } from "../../../kernel/time.ts";
import { copyable, shortDid } from "../address.ts";
import { assetPath } from "../assets.ts";
import type { Markup, Page } from "../layout.ts";
import { dayWords, momentOf } from "../moment.ts";
import { fill, texts } from "../texts.ts";
import {
  endorsementsMarkup,
  kindMarkup,
  partMarkup,
  statementMarkup,
  storyMarkup,
  technicalMarkup,
  validityMarkup,
} from "./badge-sections.ts";
import { type BadgeView, isClaimable } from "./badge-view.ts";
import { badgeSeal, closedBanner, domainMark, overWords } from "./badge-words.ts";
import { claimPanel } from "./claim-panel.ts";

/** Files that a badge is given as, beside its page. */
export type BadgeFile = keyof typeof texts.badge.files;

/** A badge for people: what was earned, by whom, from whom, and whether it holds. `token` is that of forms. */
export function badgePage(view: BadgeView, token: string): Page {
  const { facts, issuer } = view;
  const title = badgeTitle(facts);
  const claimable = isClaimable(view);
  const words = { issuer: issuer.name, day: dayWords(facts.awardedAt) };
  return {
    title,
    description: fill(texts.badge.description, words),
    wide: true,
    scripts: claimable
      ? [
          "wallets.browser.js",
          "wallet-panel.browser.js",
          "badge-key.browser.js",
          "claim.browser.js",
          "badge.browser.js",
        ]
      : ["badge.browser.js"],
    head: headMarkup(view, title),
    body: html`<article class="badge">${noticesMarkup(view)}
      <header class="badge-head"><img class="badge-picture" src="/b/${view.award.face}/picture" alt="${altOf(view)}" width="240" height="240">
        <div>${kindMarkup(view)}<h1 class="display">${title}</h1>
        ${leadMarkup(view)}</div></header>
      ${claimable ? claimPanel(view.award, token) : ""}
      <div class="columns"><div>${badgeSeal(view)}
        <p class="hint checked">${texts.badge.checked} ${momentOf(view.now)}. ${texts.badge.checkAgain}</p>${storyMarkup(view)}</div>
      <div>${partMarkup("facts", texts.badge.facts, statementMarkup(view))}
        ${view.endorsers.length === 0 ? "" : partMarkup("endorsements", texts.badge.endorsements, endorsementsMarkup(view))}
        ${partMarkup("take", texts.badge.take, takeMarkup(view))}${technicalMarkup(view)}</div></div></article>`,
  };
}

/** Stylesheet of everything about badges, beside that of all pages. */
export const badgeStyle: Markup = html`<link rel="stylesheet" href="${assetPath("badges.css")}">`;

/** The form in which a picture carries its badge. */
export function bakedFile({ picture }: Pick<BadgeView, "picture">): BadgeFile {
  return picture === "image/png" ? "badge.png" : "badge.svg";
}

function headMarkup(view: BadgeView, title: string): Markup {
  const { facts, issuer, picture, award, report } = view;
  const description = fill(texts.badge.description, { issuer: issuer.name, day: dayWords(facts.awardedAt) });
  const quiet = award.state.subject === "" || facts.test === true || view.concealed;
  const twins = report === undefined ? [] : ["application/vc", "application/vc+jwt", picture];
  return html`${badgeStyle}
<link rel="canonical" href="${facts.id}">
${twins.map(
  (type) => html`<link rel="alternate" type="${type}" href="${facts.id}">
`,
)}${quiet ? html`<meta name="robots" content="noindex">` : ""}
<meta property="og:type" content="article"><meta property="og:site_name" content="${texts.brand}">
<meta property="og:title" content="${title}"><meta property="og:description" content="${description}">
<meta property="og:url" content="${facts.id}"><meta property="og:image" content="${facts.id}/card.png">
<meta property="og:image:type" content="image/png"><meta property="og:image:alt" content="${fill(texts.badge.card, { name: title, issuer: issuer.name })}">
<meta name="twitter:card" content="summary">`;
}

/** Whose it is, from whom, and whether it still holds. */
function leadMarkup(view: BadgeView): Markup {
  const { badge: words } = texts;
  const { facts, issuer, award, profile } = view;
  const { subject } = award.state;
  const name = facts.earner ?? profile?.username ?? shortDid(subject);
  const whose = subject === "" ? words.toNobody : html`${words.to} <b>${name}</b>`;
  const over = overWords(view);
  return html`<p class="lead">${whose}<br>${words.by} <b>${issuer.name}</b> ${domainMark(issuer)}<br>
    ${over === undefined ? html`${words.valid} ${validityMarkup(facts)}` : html`<span class="over">${over}</span>`}</p>`;
}

/** What must be known before anything else is read. */
function noticesMarkup({ facts, issuer, award: { state }, standing }: BadgeView): Markup {
  const { badge: words } = texts;
  const mine = html`<p class="notice notice-good" data-claimed hidden role="status">${words.claimedNow} <a href="/me/badges">${words.toMine}</a></p>`;
  const test = html`<p class="badge-test" role="note"><b>${words.test}</b> <span>${words.testText}</span></p>`;
  const hidden = html`<p class="notice notice-warn" role="note">${fill(words.hidden, { issuer: issuer.name })} <a href="/me/badges">${words.toMine}</a></p>`;
  return html`${state.subject === "" ? "" : mine}${closedBanner(issuer)}${facts.test ? test : ""}${state.hidden ? hidden : ""}
    ${standing === "held" && state.heldUntil !== null ? heldMarkup(issuer.name, state.heldUntil) : ""}`;
}

function heldMarkup(issuer: string, until: string): Markup {
  const [before = "", after = ""] = fill(texts.badge.held, { issuer }).split("{time}");
  return html`<p class="notice notice-warn" role="note">${before}${momentOf(parseTime(until))}${after}</p>`;
}

function takeMarkup(view: BadgeView): Markup {
  const { badge: words } = texts;
  const { facts, award, report, issuer } = view;
  const files: BadgeFile[] =
    report === undefined
      ? []
      : [bakedFile(view), "badge.json", ...(report.form === "vc+jwt" ? (["badge.jwt"] as const) : [])];
  const frame = frameText(facts.id.replace(/\/b\/(?=[^/]+$)/, "/embed/b/"), badgeTitle(facts));
  const embed = html`<details class="embed-how"><summary>${words.embed}</summary><p class="hint">${words.embedNote}</p>${copyable(frame)}</details>`;
  const none = html`<p>${fill(words.unsignedNote, { issuer: issuer.name })} <a href="${auditPath(award)}">${words.unsignedAudit}</a></p>`;
  const some = html`<ul class="files">${files.map((file) => html`<li><a href="/b/${award.face}/${file}" download>${words.files[file]}</a></li>`)}</ul>
    <p class="hint">${words.filesNote}</p>`;
  return html`${files.length === 0 ? none : some}
    <div class="badge-link">${qrMarkup(facts.id)}<div><p><span class="quiet">${words.link}</span><br>${copyable(facts.id)}</p>
      <button type="button" class="button button-plain" data-print hidden>${words.print}</button></div></div>
    ${view.concealed ? "" : embed}`;
}

/** Markup that people paste into pages of theirs: what the organisation called the badge must stay a title there. */
function frameText(address: string, title: string): string {
  return `<iframe src="${address}" width="360" height="240" title="${escapeXml(title)}" loading="lazy"></iframe>`;
}

/** Black on white in every theme, so that cameras read it. */
function qrMarkup(url: string): Markup {
  const { size, path } = qrPath(url);
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${texts.badge.qr}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${raw(path)}"/></svg>`;
}

function altOf({ facts }: BadgeView): string {
  const { name, image } = facts.achievement.definition;
  return image?.alt ?? fill(texts.badge.picture, { name });
}
