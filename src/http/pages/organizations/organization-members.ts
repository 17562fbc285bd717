import { html } from "hono/html";
import { roles } from "../../../organizations/inputs.ts";
import type { MemberView } from "../../../services.ts";
import { copyable, shownDid } from "../address.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Markup, Page } from "../layout.ts";
import { dayOf } from "../moment.ts";
import { factsMarkup, type Row, rowsMarkup } from "../rows.ts";
import { texts } from "../texts.ts";
import {
  type ConsoleFrame,
  consolePart,
  consolePath,
  deedForm,
  donePath,
  fieldMarkup,
  foldedDeed,
  governs,
} from "./organization-console.ts";

type Role = MemberView["role"];

export type MembersView = {
  members: readonly MemberView[];
  next: string | null;
  /** Owners among them all, as far as it matters. */
  lastOwner: boolean;
};

/** Who may act for the organization. */
export function membersPage(frame: ConsoleFrame, { members, next, lastOwner }: MembersView): Page {
  const { members: words } = texts.orgConsole;
  const { slug } = frame.organization;
  const more =
    next === null
      ? ""
      : html`<p><a href="${consolePath(slug, "members")}?from=${encodeURIComponent(next)}">${words.more}</a></p>`;
  const list = html`<p class="quiet">${words.lead}</p>${rowsMarkup(members.map((each) => memberRow(frame, each, lastOwner)))}${more}`;
  return consolePart(
    frame,
    "members",
    html`<div class="columns"><div>${partMarkup("members", words.title, list)}</div><div>${governs(frame) ? addMarkup(frame) : rolesMarkup()}</div></div>`,
  );
}

function memberRow(frame: ConsoleFrame, member: MemberView, lastOwner: boolean): Row {
  const { members: words } = texts.orgConsole;
  const { user, role, since, operation } = member;
  const own = user === frame.membership.user;
  const facts = factsMarkup([
    [words.role, texts.orgConsole.roleWords[role]],
    [words.who, copyable(user)],
    [words.operation, copyable(operation)],
  ]);
  const last = role === "owner" && lastOwner;
  const acts = last
    ? html`<p class="hint">${words.last}</p>`
    : html`${changeForm(frame, member)}${endForm(frame, member, own)}`;
  return {
    id: `member-${user.slice(-40)}`,
    title: shownDid(user),
    line: html`${texts.orgConsole.roles[role]}${own ? `, ${words.you}` : ""}`,
    end: dayOf(since),
    more: html`${facts}${acts}`,
  };
}

/** Owners and admins are an owner's affair. */
function given(frame: ConsoleFrame): Role[] {
  if (frame.membership.role === "owner") return [...roles];
  return frame.membership.role === "admin" ? ["issuer", "arbiter", "viewer"] : [];
}

function changeForm(frame: ConsoleFrame, { user, role }: MemberView): Markup | string {
  const { members: words } = texts.orgConsole;
  if (!given(frame).includes(role)) return "";
  const id = `role-${user.slice(-40)}-${user.split(":")[3]}`;
  const fields = html`<input type="hidden" name="user" value="${user}">${rolePicker(frame, id, role)}`;
  const next = donePath(frame.organization.slug, "members", "member");
  return html`<details class="act"><summary>${words.change}</summary>${deedForm({ deed: "member", next, fields, label: words.give })}</details>`;
}

function endForm(frame: ConsoleFrame, { user, role }: MemberView, own: boolean): Markup | string {
  const { members: words } = texts.orgConsole;
  const fields = html`<input type="hidden" name="user" value="${user}">`;
  const look = "button button-bad";
  if (own)
    return foldedDeed(words.leave, words.leaveText, {
      deed: "removal",
      next: "/orgs?done=left",
      fields,
      label: words.leaveDo,
      look,
    });
  if (!given(frame).includes(role)) return "";
  const next = donePath(frame.organization.slug, "members", "removed");
  return foldedDeed(words.remove, words.removeText, { deed: "removal", next, fields, label: words.removeDo, look });
}

function addMarkup(frame: ConsoleFrame): Markup {
  const { members: words, signs } = texts.orgConsole;
  const account = html`<input id="user" name="user" required autocomplete="off" spellcheck="false" autocapitalize="none" aria-describedby="user-hint" placeholder="0x" pattern="0x[0-9a-fA-F]{40}|did:pkh:eip155:[0-9]+:0x[0-9a-fA-F]{40}">`;
  const fields = html`${fieldMarkup(words.who, "user", account, words.addHint)}${rolePicker(frame, "role", "issuer")}<p class="hint">${signs}</p>`;
  const next = donePath(frame.organization.slug, "members", "member");
  return html`<section class="card" aria-labelledby="add"><h2 id="add">${words.add}</h2>${deedForm({ deed: "member", next, fields, label: words.addDo })}</section>`;
}

function rolePicker(frame: ConsoleFrame, id: string, chosen: Role): Markup {
  const { members: words, roleWords } = texts.orgConsole;
  return html`<fieldset class="choices plain-set"><legend>${words.role}</legend>${given(frame).map(
    (role) =>
      html`<label class="choice" for="${id}-${role}"><input type="radio" id="${id}-${role}" name="role" value="${role}"${role === chosen ? html` checked` : ""}><span>${roleWords[role]}</span></label>`,
  )}</fieldset>`;
}

function rolesMarkup(): Markup {
  const { members: words, roleWords } = texts.orgConsole;
  return html`<section class="card" aria-labelledby="roles"><h2 id="roles">${words.role}</h2>
    <ul class="plain-list">${Object.values(roleWords).map((each) => html`<li>${each}</li>`)}</ul></section>`;
}
