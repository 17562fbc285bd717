import { html } from "hono/html";
import type { OrganizationServices } from "../../../services.ts";
import { copyable, shownDid } from "../address.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Markup, Page } from "../layout.ts";
import { dayOf, momentOf } from "../moment.ts";
import { factsMarkup, type Row, rowsMarkup } from "../rows.ts";
import { fill, texts } from "../texts.ts";
import {
  type ConsoleFrame,
  consolePart,
  deedForm,
  donePath,
  fieldMarkup,
  foldedDeed,
  governs,
} from "./organization-console.ts";

export type KeyView = Awaited<ReturnType<OrganizationServices["keys"]>>[number];

const types = ["P-256", "Ed25519", "secp256k1"] as const;

/** The keys that an organisation signs with, and what became of those before. */
export function keysPage(frame: ConsoleFrame, keys: readonly KeyView[]): Page {
  const { keys: words } = texts.orgConsole;
  const used = types.flatMap((type) => keys.filter((each) => each.type === type && each.retiredAt === null));
  const retired = keys.filter(({ retiredAt }) => retiredAt !== null).toReversed();
  const list = html`<p class="quiet">${words.lead}</p>
    ${used.length === 0 ? html`<p class="empty">${words.none}</p>` : rowsMarkup(used.map((each) => keyRow(frame, each)))}
    ${retired.length === 0 ? "" : html`<details class="ended"><summary>${fill(words.history, { count: retired.length })}</summary>${rowsMarkup(retired.map((each) => keyRow(frame, each)))}</details>`}`;
  return consolePart(
    frame,
    "keys",
    html`<div class="columns"><div>${partMarkup("keys", words.title, list)}</div><div>${governs(frame) ? makeMarkup(frame, used) : ""}</div></div>`,
  );
}

function keyRow(frame: ConsoleFrame, each: KeyView): Row {
  const { keys: words } = texts.orgConsole;
  const { key, type, made, since, retiredAt, compromisedFrom } = each;
  const facts = factsMarkup([
    [words.key, copyable(key)],
    [words.origin, made ? words.madeText : words.broughtText],
    [words.since, momentOf(since)],
    ...(retiredAt === null ? [] : ([[words.until, momentOf(retiredAt)]] as const)),
    ...(compromisedFrom === null ? [] : ([[words.from, momentOf(compromisedFrom)]] as const)),
  ]);
  const state = compromisedFrom === null ? (retiredAt === null ? words.inUse : words.retired) : words.compromised;
  return {
    title: type,
    line: html`${words.uses[type]} · ${shownDid(key)}`,
    end: html`${state} ${dayOf(compromisedFrom ?? retiredAt ?? since)}`,
    ended: retiredAt !== null,
    more: html`${facts}${governs(frame) ? actsMarkup(frame, each) : ""}`,
  };
}

function actsMarkup(frame: ConsoleFrame, { key, retiredAt, compromisedFrom }: KeyView): Markup {
  const { keys: words } = texts.orgConsole;
  const next = donePath(frame.organization.slug, "keys", "retired");
  const hidden = html`<input type="hidden" name="key" value="${key}">`;
  const look = "button button-bad";
  const id = `from-${key.slice(-12)}`;
  const when = html`${hidden}${fieldMarkup(words.leakFrom, id, html`<input id="${id}" name="from" type="datetime-local" step="1" required>`)}`;
  const retire = foldedDeed(words.retire, words.retireText, {
    deed: "retirement",
    next,
    fields: hidden,
    label: words.retireDo,
    look,
  });
  const leak = foldedDeed(words.leak, words.leakText, {
    deed: "retirement",
    next,
    fields: when,
    label: words.leakDo,
    look,
  });
  return html`${retiredAt === null ? retire : ""}${compromisedFrom === null ? leak : ""}`;
}

function makeMarkup(frame: ConsoleFrame, used: readonly KeyView[]): Markup {
  const { keys: words, signs } = texts.orgConsole;
  const next = donePath(frame.organization.slug, "keys", "keys");
  const first = used.length === 0;
  const ticks = types.map(
    (type) =>
      html`<label class="tick"><input type="checkbox" name="type" value="${type}"${first ? html` checked` : ""}><span>${words.types[type]}</span></label>`,
  );
  const make = html`<fieldset class="plain-set"><legend class="spoken">${words.make}</legend>${ticks}</fieldset><p class="hint">${signs}</p>`;
  const bring = html`<p class="act-text">${words.bringText}</p>`;
  const field = fieldMarkup(
    words.bringLabel,
    "brought",
    html`<input id="brought" name="key" required maxlength="128" pattern="did:key:z[1-9A-HJ-NP-Za-km-z]+" spellcheck="false" autocapitalize="none" placeholder="did:key:z">`,
  );
  return html`<section class="card" aria-labelledby="make"><h2 id="make">${words.make}</h2><p>${first ? words.makeFirst : words.makeLead}</p>
    ${deedForm({ deed: "keys", next, fields: make, label: words.makeDo })}
    <details class="act"><summary>${words.bring}</summary>${bring}${deedForm({ deed: "key", next, fields: field, label: words.bringDo, look: "button button-plain" })}</details></section>`;
}
