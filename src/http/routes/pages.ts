import { html } from "hono/html";
import { digestOf } from "#primitives";
import { type Code, Failure, sentences } from "../../kernel/failure.ts";
import { type Door, pathPart } from "../call.ts";
import { docsPage } from "../docs-page.ts";
import { layout, type Markup, pageReply } from "../layout.ts";
import { statuses } from "../problem.ts";
import { content, type Reply, unlessKnown } from "../reply.ts";
import { type Route, type RouteTerms, route } from "../route.ts";
import { stylesheet } from "../stylesheet.ts";

/** What is for people: not part of the API's description. `describe` makes the OpenAPI document. */
export function pageRoutes(door: Door, describe: () => unknown): Route[] {
  const { did } = door.services;
  const described = once(() => JSON.stringify(describe()));
  const docs = once(() => docsPage(JSON.parse(described())));
  return [
    page("/", () => pageReply(startPage(did))),
    page("/docs", () => pageReply(docs())),
    page("/docs.css", () => content("text/css; charset=utf-8", stylesheet, cached)),
    page("/openapi.json", () => content("application/json", described(), cached), { shared: true }),
    route("get", "/problems/{code}", {
      ...undescribed,
      handle: (call) => {
        const code = pathPart(call, "code");
        if (!Object.hasOwn(sentences, code)) throw new Failure("NOT_FOUND");
        return pageReply(problemPage(code as Code));
      },
    }),
  ];
}

const cached = { "cache-control": "public, max-age=300" };

const undescribed = { tag: "", summary: "", answers: {}, refusals: [] } as const;

function page(path: string, read: () => Reply, terms: RouteTerms = {}): Route {
  return route("get", path, {
    ...undescribed,
    ...terms,
    handle: (call) => {
      const reply = read();
      return unlessKnown(call.request.header("if-none-match"), `"${digestOf(reply.body as string)}"`, reply);
    },
  });
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function startPage(did: string): string {
  const body: Markup = html`
    <header>
      <h1>Renown</h1>
      <p>This service says who somebody is, keeps what they did as a log of signed operations, and answers questions that
        you can check yourself: who signed this, were they allowed to, and when?</p>
    </header>
    <p><a href="/docs">How to talk to it</a></p>
    <p class="quiet">It is <code>${did}</code>. Its keys are in <a href="/.well-known/did.json">its DID document</a>.</p>`;
  return layout({ title: "Renown", body });
}

function problemPage(code: Code): string {
  const body: Markup = html`
    <header>
      <p class="place">What went wrong</p>
      <h1>${sentences[code]}</h1>
    </header>
    <p>The code is <code>${code}</code>; over HTTP it comes with status ${statuses[code]}. Where more is known, the answer
      says so in <code>detail</code>. With the <code>requestId</code> whoever runs this service finds the request.</p>
    <p><a href="/docs">The API</a></p>`;
  return layout({ title: code, body });
}
