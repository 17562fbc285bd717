import { micromark } from "micromark";
import { ensure } from "../kernel/failure.ts";
import { isMarkdown, markdownRule } from "./markdown-rule.ts";

/**
 * CommonMark as HTML that is safe to put into a page: HTML in the text shows as text, there are no pictures, and links
 * lead to http, https and mailto alone, with `rel="nofollow ugc noopener"`. Another link leaves its words.
 * Refuses with INVALID_MARKDOWN what breaks `markdownRule`.
 */
export function renderMarkdown(text: string): string {
  ensure(isMarkdown(text), "INVALID_MARKDOWN", markdownRule);
  const markup = micromark(text, { extensions: [{ disable: { null: ["labelStartImage"] } }] });
  return cleanLinks(markup).replace(/<code class="[^"]*">/g, "<code>");
}

/** In what micromark writes, `<` begins tags alone and links hold no links: so tags of links can be told by their text. */
function cleanLinks(markup: string): string {
  let kept = false;
  return markup.replace(/<a href="([^"]*)"( title="[^"]*")?>|<\/a>/g, (tag, address?: string, title = "") => {
    if (address === undefined) return kept ? tag : "";
    kept = isAddress(address.replaceAll("&amp;", "&"));
    return kept ? `<a href="${address}"${title} rel="nofollow ugc noopener">` : "";
  });
}

/** Whether a link leads to another site or to a mailbox, and says so: no `//host`, no name or password before a host. */
function isAddress(address: string): boolean {
  if (/^mailto:/i.test(address)) return /^mailto:[^\s@?&]+@[^\s@?&]+$/i.test(address);
  const url = /^https?:\/\/[^/\\]/i.test(address) ? URL.parse(address) : null;
  return url !== null && url.username === "" && url.password === "";
}
