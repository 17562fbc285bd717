import { attestationTasks } from "./attestation-tasks.browser.js";
import { tasks } from "./organization-tasks.browser.js";
import { signForms } from "./signed-forms.browser.js";
import { post } from "./wallet-panel.browser.js";

const root = document.querySelector("[data-console]");
const asking = document.querySelector("form[data-ask-form]");

if (root instanceof HTMLElement && asking instanceof HTMLFormElement) {
  /** @type {Record<string, string>} */
  const words = JSON.parse(root.dataset.words ?? "{}");
  const { document: of = "", slug = "", user = "", rests = "[]" } = root.dataset;
  const purpose = root.dataset.purpose === "attestations" ? "attestations" : "organizations";
  const organization = { document: of, slug, user, rests: JSON.parse(rests) };
  const token = String(new FormData(asking).get("token"));
  const send = (/** @type {string} */ path, /** @type {object | URLSearchParams} */ body) =>
    post(path, body, { offline: words.failed ?? "" });

  signForms(root, purpose, user, words, async (form, key) => {
    const { deed = "", given = "{}", next = "" } = form.dataset;
    const about = { form, fields: new FormData(form), given: JSON.parse(given), next };
    return { ...tasks, ...attestationTasks }[deed]?.({ ...about, organization, key, send, token, words });
  });
}
