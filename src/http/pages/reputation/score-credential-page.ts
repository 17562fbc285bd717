import { html } from "hono/html";
import type { ListedPolicy } from "../../../reputation/policies.ts";
import type { IssuedScore } from "../../../reputation/score-credential.ts";
import type { ListedDelegation } from "../../../services.ts";
import { copyable, shortDid } from "../address.ts";
import type { Markup, Page } from "../layout.ts";
import { momentOf } from "../moment.ts";
import { appWithoutSite } from "../people/consent.ts";
import { tokenField } from "../people/wallet-panel.ts";
import { fill, texts } from "../texts.ts";
import { reputationStyle } from "./subject-page.ts";

/** Where somebody asks for a credential of their own score. */
export function scoreCredentialForm(
  policies: readonly ListedPolicy[],
  apps: readonly ListedDelegation[],
  token: string,
): Markup {
  const { standing: words } = texts;
  const options = policies.map(({ id, name }) => html`<option value="${id}">${name}</option>`);
  const lives = Object.entries(words.handLives).map(
    ([value, label]) => html`<option value="${value}">${label}</option>`,
  );
  return html`<details class="hand"><summary>${words.hand}</summary><p>${words.handText}</p>
    <form class="stack" method="post" action="/me/reputation/credential">${tokenField(token)}
    <label for="hand-policy">${words.handPolicy}</label><select id="hand-policy" name="policy">${options}</select>
    <label for="hand-least">${words.handLeast}</label><input id="hand-least" name="atLeast" inputmode="decimal" maxlength="32" autocomplete="off" aria-describedby="hand-hint">
    <p class="hint" id="hand-hint">${words.handLeastHint}</p>
    <label for="hand-app">${words.handForm}</label><select id="hand-app" name="app" aria-describedby="hand-app-hint"><option value="">${words.handJwt}</option>${apps.map(appOption)}</select>
    <p class="hint" id="hand-app-hint">${words.handFormHint}</p>
    <label for="hand-life">${words.handLife}</label><select id="hand-life" name="life">${lives}</select>
    <p><button class="button button-plain">${words.handDo}</button></p></form></details>`;
}

/** An app by what it calls itself, and by its key: names are anybody's. */
function appOption({ app, label }: ListedDelegation): Markup {
  const named = label === appWithoutSite || label === "" ? texts.me.appNobody : label;
  return html`<option value="${app}">${fill(texts.standing.handSdJwt, { app: `${named} (${shortDid(app)})` })}</option>`;
}

export type MadeCredential = Pick<IssuedScore, "form" | "credential" | "expiresAt"> & {
  policy: string;
  atLeast: string;
};

/** A credential as it was just made, to be handed over. */
export function scoreCredentialPage({ form, credential, expiresAt, policy, atLeast }: MadeCredential): Page {
  const { standing: words } = texts;
  const bound = form === "dc+sd-jwt";
  const [before = "", after = ""] = (bound ? words.handMadeSdJwtText : words.handMadeText).split("{time}");
  const says = atLeast === "" ? words.handSaysScore : words.handSaysLeast;
  return {
    title: words.handMade,
    place: "me",
    head: reputationStyle,
    body: html`<p class="place"><a href="/me/reputation">${words.handBack}</a></p><h1>${words.handMade}</h1>
      <p class="lead">${words.handSays} ${fill(says, { policy, least: atLeast })}.</p><p>${before}${momentOf(expiresAt)}${after}</p>
      <p><b>${bound ? words.handFieldSdJwt : words.handField}</b></p><p class="hand-made">${copyable(credential)}</p><p><a class="button" href="/verify">${words.handCheck}</a></p>`,
  };
}
