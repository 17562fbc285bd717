import { html } from "hono/html";
import { isObject } from "../../kernel/json.ts";
import type { Markup, Page } from "./layout.ts";
import { fill, texts } from "./texts.ts";

/** As much of an OpenAPI document as the pages show. */
export type Described = {
  info: { title: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
};

type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { description: string; content?: Content }>;
  security?: Record<string, unknown>[];
};

type Content = Record<string, { schema?: Schema; example?: unknown }>;

type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  description?: string;
};

type Placed = { method: string; path: string; operation: Operation };

/** What the API can do, part by part: made of its description, so the two cannot differ. */
export function docsPage(described: Described): Page {
  const { docs } = texts;
  const all = placed(described);
  const parts = (described.tags ?? []).map(({ name, description = "" }) => {
    const own = all.filter(({ operation }) => operation.tags.includes(name));
    return html`<section class="part"><h2><a href="/docs/${anchor(name)}">${name}</a></h2><p>${description}</p>
      <table class="routes"><tbody>${own.map((each) => routeRow(name, each))}</tbody></table></section>`;
  });
  return page(
    docs.title,
    html`<h1>${docs.title}</h1><p class="lead">${prose(described.info.description)}</p>
      <p>${docs.twin} <a href="/openapi.json">/openapi.json</a></p>${parts}
      <section class="part"><h2><a href="/docs/forms">${docs.forms}</a></h2><p>${docs.formsText}</p></section>
      <section class="part"><h2><a href="/docs/refusals">${docs.refusals}</a></h2><p>${docs.refusalsText}</p></section>`,
  );
}

/** One part by the last word of its address; undefined where there is none. */
export function docsPartPage(described: Described, part: string): Page | undefined {
  const { docs } = texts;
  const all = placed(described);
  if (part === "forms") return partPage(docs.forms, docs.formsText, formsMarkup(described));
  if (part === "refusals") return partPage(docs.refusals, docs.refusalsText, codeList(all));
  const tag = (described.tags ?? []).find(({ name }) => anchor(name) === part);
  if (!tag) return undefined;
  const own = all.filter(({ operation }) => operation.tags.includes(tag.name));
  return partPage(tag.name, tag.description ?? "", html`${own.map(operationMarkup)}`);
}

function page(title: string, body: Markup): Page {
  return { title, place: "docs", wide: true, body: html`<div class="docs">${body}</div>` };
}

function partPage(name: string, lead: string, body: Markup): Page {
  const back = html`<p class="place"><a href="/docs">${texts.docs.back}</a></p>`;
  return page(name, html`${back}<h1>${name}</h1><p class="lead">${lead}</p>${body}`);
}

function placed({ paths }: Described): Placed[] {
  return Object.entries(paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

function routeRow(part: string, { method, path, operation }: Placed): Markup {
  return html`<tr><th scope="row"><b>${method.toUpperCase()}</b> <code>${path}</code></th>
    <td><a href="/docs/${anchor(part)}#${operation.operationId}">${operation.summary}</a></td></tr>`;
}

function operationMarkup({ method, path, operation }: Placed): Markup {
  const { docs } = texts;
  const { operationId, summary, description, parameters = [], requestBody, responses, security = [] } = operation;
  const callers = security.flatMap((each) => Object.keys(each)).join(", ");
  return html`<article class="card" id="${operationId}">
    <h2>${summary}</h2>
    <p class="route"><b>${method.toUpperCase()}</b> <code>${path}</code></p>
    ${description === undefined ? "" : html`<p>${prose(description)}</p>`}
    ${callers === "" ? "" : html`<p class="quiet">${fill(docs.callers, { callers })}</p>`}
    ${parameters.length === 0 ? "" : parameterTable(parameters)}
    ${requestBody === undefined ? "" : contentMarkup(docs.request, requestBody.content)}
    ${answerList(responses)}
  </article>`;
}

function parameterTable(parameters: NonNullable<Operation["parameters"]>): Markup {
  const { docs } = texts;
  const rows = parameters.map(
    ({ name, in: place, required, description, schema }) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${place}${required ? `, ${docs.required}` : ""}</td>
        <td>${prose(description ?? schema?.description)}</td></tr>`,
  );
  return html`<table><caption>${docs.parameters}</caption><tbody>${rows}</tbody></table>`;
}

function contentMarkup(title: string, content: Content): Markup {
  const parts = Object.entries(content).map(
    ([type, { schema, example }]) => html`<div>
      <p class="quiet">${title}: <code>${type}</code>${schema === undefined ? "" : html`, ${typeMarkup(schema)}`}</p>
      ${schema === undefined ? "" : memberTable(schema)}
      ${example === undefined ? "" : exampleMarkup(example)}
    </div>`,
  );
  return html`${parts}`;
}

function exampleMarkup(example: unknown): Markup {
  const text = typeof example === "string" ? example : JSON.stringify(example, null, 2);
  return html`<details><summary>${texts.docs.example}</summary><pre tabindex="0"><code>${text}</code></pre></details>`;
}

function answerList(responses: Operation["responses"]): Markup {
  const answers = Object.entries(responses).filter(([, { content }]) => !isRefusal(content));
  const codes = Object.values(responses).flatMap(codesOf);
  return html`
    ${answers.map(
      ([status, { description, content }]) => html`<p><b>${status}</b> ${description}</p>
        ${content === undefined ? "" : contentMarkup(texts.docs.answer, content)}`,
    )}
    <details><summary>${texts.docs.refusals}</summary><p class="codes">${codes.map(
      ({ code }) => html`<a href="/docs/refusals#${code}"><code>${code}</code></a> `,
    )}</p></details>`;
}

/** Every code that any route refuses with, by status. */
function codeList(operations: readonly Placed[]): Markup {
  const found = new Map<string, { status: string; sentence: string }>();
  for (const { operation } of operations)
    for (const [status, response] of Object.entries(operation.responses))
      for (const { code, sentence } of codesOf(response)) found.set(code, { status, sentence });
  const sorted = [...found].sort(([, a], [, b]) => Number(a.status) - Number(b.status));
  const rows = sorted.map(
    ([code, { status, sentence }]) =>
      html`<tr id="${code}"><th scope="row"><code>${code}</code></th><td>${status}</td><td>${sentence}</td></tr>`,
  );
  return html`<table><tbody>${rows}</tbody></table>`;
}

function isRefusal(content: Content | undefined): boolean {
  return content?.["application/problem+json"] !== undefined;
}

/** The description of a refusal has a paragraph for each code: the code, and its sentence. */
function codesOf({ description, content }: Operation["responses"][string]): { code: string; sentence: string }[] {
  if (!isRefusal(content)) return [];
  return description.split("\n\n").map((line) => {
    const [code = "", ...rest] = line.split(": ");
    return { code, sentence: rest.join(": ") };
  });
}

function formsMarkup({ components }: Described): Markup {
  const forms = Object.entries(components?.schemas ?? {});
  return html`${forms.map(
    ([name, schema]) =>
      html`<article class="card" id="form-${name}"><h2><code>${name}</code></h2>${memberTable(schema)}</article>`,
  )}`;
}

function memberTable({ properties, required = [], anyOf = [] }: Schema): Markup {
  if (!isObject(properties)) return html`${anyOf.map(memberTable)}`;
  const optional = `, ${texts.docs.optional}`;
  const rows = Object.entries(properties).map(
    ([name, member]) => html`<tr><th scope="row"><code>${name}</code></th>
      <td>${typeMarkup(member)}${required.includes(name) ? "" : optional}</td><td>${prose(member.description)}</td></tr>`,
  );
  return html`<table><tbody>${rows}</tbody></table>`;
}

/** The type of a value in words, with a link where it is a form of its own. */
function typeMarkup(schema: Schema): Markup {
  const { docs } = texts;
  const { $ref, anyOf, items, type, enum: values } = schema;
  const named = $ref?.split("/").at(-1);
  if (named !== undefined) return html`<a href="/docs/forms#form-${named}">${named}</a>`;
  if (anyOf) return html`${anyOf.map((each, i) => html`${i > 0 ? ` ${docs.or} ` : ""}${typeMarkup(each)}`)}`;
  if (items) return html`${docs.list} ${typeMarkup(items)}`;
  if (values) return html`${values.length > 12 ? docs.codes : values.map((value) => `"${value}"`).join(", ")}`;
  if (schema.const !== undefined) return html`${JSON.stringify(schema.const)}`;
  return html`${[type ?? docs.anything].flat().join(` ${docs.or} `)}`;
}

/** Text in which words of code stand between backticks. */
function prose(text: string | undefined): Markup {
  return html`${(text ?? "").split("`").map((part, i) => (i % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}

function anchor(name: string): string {
  return name.toLowerCase().replaceAll(" ", "-");
}
