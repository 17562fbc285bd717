import { html } from "hono/html";
import { isObject } from "../kernel/json.ts";
import { layout, type Markup } from "./layout.ts";

/** As much of an OpenAPI document as the page shows. */
type Described = {
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

/** The description of the API as one page, without script: made of the document, so the two cannot differ. */
export function docsPage(document: unknown): string {
  const described = document as Described;
  const operations = Object.entries(described.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const tags = described.tags ?? [];
  const body = html`
    <header>
      <p class="place">API</p>
      <h1>${described.info.title}</h1>
      <p>${described.info.description ?? ""}</p>
      <p>The same as a document: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>
    </header>
    <nav aria-label="Parts"><ul>${tags.map((tag) => html`<li><a href="#${anchor(tag.name)}">${tag.name}</a></li>`)}
      <li><a href="#forms">Forms</a></li></ul></nav>
    ${tags.map((tag) => {
      const own = operations.filter(({ operation }) => operation.tags.includes(tag.name));
      return html`<section aria-labelledby="${anchor(tag.name)}">
        <h2 id="${anchor(tag.name)}">${tag.name}</h2>
        <p>${tag.description ?? ""}</p>
        ${own.map(operationMarkup)}
      </section>`;
    })}
    <section aria-labelledby="forms"><h2 id="forms">Forms</h2>
      <p>What occurs in several answers.</p>
      ${Object.entries(described.components?.schemas ?? {}).map(formMarkup)}
    </section>`;
  return layout({ title: "Renown: the API", body, wide: true });
}

type Placed = { method: string; path: string; operation: Operation };

function operationMarkup({ method, path, operation }: Placed): Markup {
  const { operationId, summary, description, parameters = [], requestBody, responses, security = [] } = operation;
  const callers = security.flatMap((each) => Object.keys(each));
  return html`<article id="${operationId}">
    <h3>${summary}</h3>
    <p class="route"><b>${method.toUpperCase()}</b> <code>${path}</code></p>
    ${description === undefined ? "" : html`<p>${description}</p>`}
    ${callers.length === 0 ? "" : html`<p class="quiet">Called by: ${callers.join(", ")}.</p>`}
    ${parameters.length === 0 ? "" : parameterTable(parameters)}
    ${requestBody === undefined ? "" : contentMarkup("Request", requestBody.content)}
    ${answerList(responses)}
  </article>`;
}

function parameterTable(parameters: NonNullable<Operation["parameters"]>): Markup {
  const rows = parameters.map(
    ({ name, in: place, required, description, schema }) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${place}${required ? ", required" : ""}</td>
        <td>${description ?? schema?.description ?? ""}</td></tr>`,
  );
  return html`<table><caption>Parameters</caption><tbody>${rows}</tbody></table>`;
}

function contentMarkup(title: string, content: Content): Markup {
  const parts = Object.entries(content).map(
    ([type, { schema, example }]) => html`<div class="body">
      <p class="quiet">${title}: <code>${type}</code>${schema === undefined ? "" : html`, ${typeMarkup(schema)}`}</p>
      ${schema === undefined ? "" : memberTable(schema)}
      ${example === undefined ? "" : exampleMarkup(example)}
    </div>`,
  );
  return html`${parts}`;
}

function exampleMarkup(example: unknown): Markup {
  const text = typeof example === "string" ? example : JSON.stringify(example, null, 2);
  return html`<details><summary>Example</summary><pre tabindex="0"><code>${text}</code></pre></details>`;
}

function answerList(responses: Operation["responses"]): Markup {
  const all = Object.entries(responses);
  const refusals = all.filter(([, { content }]) => content?.["application/problem+json"] !== undefined);
  const answers = all.filter((each) => !refusals.includes(each));
  const codes = refusals.flatMap(([status, { description }]) =>
    description.split("\n\n").map((line) => ({ status, code: line.split(":")[0] ?? "", line })),
  );
  return html`
    ${answers.map(
      ([status, { description, content }]) => html`<p><b>${status}</b> ${description}</p>
        ${content === undefined ? "" : contentMarkup("Answer", content)}`,
    )}
    <details><summary>Refusals</summary><ul class="codes">${codes.map(
      ({ status, code, line }) =>
        html`<li><a href="/problems/${code}"><code>${code}</code></a> <span class="quiet">${status}</span> ${line
          .slice(code.length + 1)
          .trim()}</li>`,
    )}</ul></details>`;
}

function formMarkup([name, schema]: [string, Schema]): Markup {
  return html`<article id="form-${name}"><h3><code>${name}</code></h3>${memberTable(schema)}</article>`;
}

function memberTable({ properties, required = [] }: Schema): Markup {
  if (!isObject(properties)) return html``;
  const rows = Object.entries(properties).map(
    ([name, member]) => html`<tr><th scope="row"><code>${name}</code></th>
      <td>${typeMarkup(member)}${required.includes(name) ? "" : ", optional"}</td><td>${member.description ?? ""}</td></tr>`,
  );
  return html`<table><tbody>${rows}</tbody></table>`;
}

/** The type of a value in words, with a link where it is a form of its own. */
function typeMarkup(schema: Schema): Markup {
  const { $ref, anyOf, items, type, enum: values } = schema;
  const named = $ref?.split("/").at(-1);
  if (named !== undefined) return html`<a href="#form-${named}">${named}</a>`;
  if (anyOf) return html`${anyOf.map((each, i) => html`${i > 0 ? " or " : ""}${typeMarkup(each)}`)}`;
  if (items) return html`list of ${typeMarkup(items)}`;
  if (values) return html`${values.length > 12 ? "one of the codes" : values.map((value) => `"${value}"`).join(", ")}`;
  if (schema.const !== undefined) return html`${JSON.stringify(schema.const)}`;
  return html`${[type ?? "anything"].flat().join(" or ")}`;
}

function anchor(name: string): string {
  return name.toLowerCase().replaceAll(" ", "-");
}
