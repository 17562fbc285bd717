import { micromark } from "micromark";
import { ensure } from "../kernel/failure.ts";

/** UTF-16 units of a Markdown text: some pages of criteria. */
export const maxMarkdownLength = 10_000;

// The time of the parser grows with the square of what these count; within them it stays below half a second.
/** Lines of a text, of which each may open and close a quotation. */
export const maxMarkdownLines = 500;
/** Quotations and lists that one line may open within each other. */
export const maxMarkdownNesting = 8;
/** Asterisks and underscores, each a possible end of any one before it. */
export const maxMarkdownMarks = 1_000;

/** What a Markdown text may be, in words. */
export const markdownRule =
  `A Markdown text has at most ${maxMarkdownLength} characters, ${maxMarkdownLines} lines, ${maxMarkdownMarks} ` +
  `asterisks and underscores, and ${maxMarkdownNesting} quotations or lists within each other.`;

/**
 * CommonMark as HTML that is safe to put into a page: HTML in the text shows as text, there are no pictures, and links
 * lead to http, https and mailto alone, with `rel="nofollow ugc noopener"`. Another link leaves its words.
 * Refuses with INVALID_MARKDOWN what breaks `markdownRule`.
 */
export function renderMarkdown(text: string): string {
  checkSize(text);
  const markup = micromark(text, { extensions: [{ disable: { null: ["labelStartImage"] } }] });
  return cleanLinks(markup).replace(/<code class="[^"]*">/g, "<code>");
}

function checkSize(text: string): void {
  const lines = text.length <= maxMarkdownLength ? text.split(/\r\n|\r|\n/) : [];
  const marks = text.length <= maxMarkdownLength ? text.replace(/[^*_]/g, "").length : 0;
  const small =
    text.length <= maxMarkdownLength &&
    lines.length <= maxMarkdownLines &&
    marks <= maxMarkdownMarks &&
    lines.every((line) => nestingOf(line) <= maxMarkdownNesting);
  ensure(small, "INVALID_MARKDOWN", markdownRule);
}

/** How many quotations and list items begin at the head of a line. */
function nestingOf(line: string): number {
  const marker = /[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$))/y;
  let count = 0;
  while (marker.test(line)) count++;
  return count;
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
