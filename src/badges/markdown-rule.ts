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

/** Whether a text keeps the rule, which is asked before any of it is parsed. */
export function isMarkdown(text: string): boolean {
  if (text.length > maxMarkdownLength) return false;
  const lines = text.split(/\r\n|\r|\n/);
  const marks = text.replace(/[^*_]/g, "").length;
  const few = lines.length <= maxMarkdownLines && marks <= maxMarkdownMarks;
  return few && lines.every((line) => nestingOf(line) <= maxMarkdownNesting);
}

/** How many quotations and list items begin at the head of a line. */
function nestingOf(line: string): number {
  const marker = /[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$))/y;
  let count = 0;
  while (marker.test(line)) count++;
  return count;
}
