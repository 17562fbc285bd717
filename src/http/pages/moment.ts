import { html } from "hono/html";
import { iso, type Millis, parseTime } from "../../kernel/time.ts";
import type { Markup } from "./layout.ts";
import { texts } from "./texts.ts";

/** A moment (RFC 3339, or milliseconds) as a day in words, its exact time on hover and for machines. */
export function dayOf(moment: Millis | string): Markup {
  return timeMarkup(millisOf(moment), dayWords);
}

/** The same with the time of day, in UTC: the server knows no other. */
export function momentOf(moment: Millis | string): Markup {
  return timeMarkup(millisOf(moment), (time) => `${dayWords(time)}, ${iso(time).slice(11, 16)} UTC`);
}

/** `Friday, 27 November 2026`, in UTC. */
export function dayWords(time: Millis): string {
  const date = new Date(time);
  const { weekdays, months } = texts.time;
  return `${weekdays[date.getUTCDay()]}, ${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

function timeMarkup(time: Millis, words: (time: Millis) => string): Markup {
  return html`<time datetime="${iso(time)}" title="${iso(time)}">${words(time)}</time>`;
}

function millisOf(moment: Millis | string): Millis {
  return typeof moment === "number" ? moment : parseTime(moment);
}
