import { html } from "hono/html";
import { type Code, type Failure, sentences } from "../../kernel/failure.ts";
import { preferred } from "../accept.ts";
import type { Call } from "../call.ts";
import { problemReply, statuses } from "../problem.ts";
import type { Reply } from "../reply.ts";
import { type Page, pageReply } from "./layout.ts";
import { fill, textFor, texts } from "./texts.ts";

/** A refusal for whoever asked: people get a page, scripts and programs a problem. */
export function refusalReply(failure: Failure, call: Call, origin: string): Reply {
  const problem = problemReply(failure, origin, call.id);
  const type = preferred(call.request.header("accept"), ["application/problem+json", "text/html"]);
  return type === "text/html" ? asPage(failure, call, problem) : problem;
}

/** What a code means, for whoever follows the `type` of a problem. */
export function problemPage(code: Code): Page {
  const { heading, lead, advice, ways } = texts.problem;
  const known = textFor(ways, code);
  return {
    title: code,
    body: html`<p class="place">${heading}</p><h1>${sentences[code]}</h1>${known === undefined ? "" : html`<p class="lead">${known}</p>`}
      <p class="quiet">${fill(lead, { code, status: statuses[code] })} ${advice}</p>`,
  };
}

/** What happened, why, what to do now, and its code in small print. */
function asPage(failure: Failure, call: Call, { status, headers }: Reply): Reply {
  const { "content-type": _, "www-authenticate": __, ...kept } = headers as Record<string, string>;
  return pageReply(refusalPage(failure, call), kept, status);
}

function refusalPage({ code, detail }: Failure, { id, request }: Call): Page {
  const { heading, titles, advice, link, fallback, home, small } = texts.refusal;
  // Whoever comes by the link of an app did not write it, and can only go back there.
  const linked = linkedPaths.includes(request.path) ? textFor(link.titles, code) : undefined;
  const place = textFor(heading, code) ?? heading.other;
  return {
    title: place,
    body: html`<section class="refusal"><p class="place">${place}</p>
      <h1>${linked ?? textFor(titles, code) ?? sentences[code]}</h1>
      ${detail === undefined ? "" : html`<p class="lead">${detail}</p>`}
      <p>${linked ? link.advice : (textFor(advice, code) ?? fallback)}</p>
      <p><a class="button" href="/">${home}</a></p>
      <p class="quiet small">${small} <code>${code}</code> · <code>${id}</code></p></section>`,
  };
}

/** Where apps send people: the start page, and the page for command lines. */
const linkedPaths = ["/", "/console"];
