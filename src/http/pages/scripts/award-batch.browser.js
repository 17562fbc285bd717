// Many awards from one file: the service reads and checks it, this browser signs row by row, and what came of each is kept.

import { signPrepared } from "./badge-key.browser.js";
import { tasks } from "./organization-tasks.browser.js";
import { Refusal } from "./wallet-panel.browser.js";

/**
 * @typedef {import("./organization-tasks.browser.js").Deed} Deed
 * @typedef {{ code: string, title?: string, detail?: string }} Problem
 * @typedef {{ award?: string, url?: string, claimLink?: string, status?: string, problem?: Problem }} Outcome
 *
 * A row of the file: what it asks for, where that can be read, and what came of it once that is known.
 * @typedef {{ line: number, key: string | null, request?: object, outcome?: Outcome, tries?: number }} Row
 */

/** Rows and characters that are sent at once. */
const [mostRows, mostText] = [16, 100_000];

/** Rows that the page shows; the files have all. */
const mostShown = 500;

/** Rows after which it is said again how many were checked. */
const countEvery = 100;

const form = document.querySelector("form[data-batch]");

if (form instanceof HTMLFormElement) {
  const words = JSON.parse(form.dataset.batchWords ?? "{}");
  const board = boardOf(words);
  /** @type {Row[]} */
  let rows = [];
  const give = form.querySelector("[data-batch-give]");
  const slug = form.closest("[data-console]")?.getAttribute("data-slug") ?? "";
  const path = `/orgs/${slug}/console/awards`;

  const waiting = () => rows.filter(({ outcome, request }) => request && !outcome);
  const offer = () => {
    if (!(give instanceof HTMLButtonElement)) return;
    const { length } = waiting();
    give.disabled = length === 0;
    give.textContent = length === 0 ? words.give : fill(words.giveMany, { count: length });
  };
  form.addEventListener("change", () => {
    rows = [];
    board.clear();
    say(form, "");
    offer();
  });

  form.querySelector("[data-batch-check]")?.addEventListener("click", async () => {
    if (form.dataset.busy || !form.reportValidity()) return;
    form.dataset.busy = "yes";
    rows = [];
    board.clear();
    say(form, words.checking);
    try {
      for await (const row of checked(path, new FormData(form), words)) {
        rows.push(row);
        if (row.outcome) board.add(row);
        if (rows.length % countEvery === 0) board.count(fill(words.checked, countsOf(rows)));
      }
      if (rows.length > 0) board.count(fill(words.checked, countsOf(rows)));
      say(form, rows.length === 0 ? words.empty : "");
      board.end(rows);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      say(form, error.message, error.code);
    } finally {
      delete form.dataset.busy;
      offer();
    }
  });

  tasks.awards = async (deed) => {
    const total = waiting().length;
    if (total === 0) throw new Refusal({ title: words.checkFirst });
    board.begin(total);
    try {
      for (let some = portionOf(waiting()); some.length > 0; some = portionOf(waiting())) {
        const stopped = await giveSome(path, deed, some);
        for (const row of some) if (row.outcome) board.add(row);
        const left = waiting().length;
        board.progress(total - left);
        board.count(fill(words.given, { ...countsOf(rows), left }));
        if (stopped) throw new Refusal(stopped);
      }
    } finally {
      board.end(rows);
      offer();
    }
    return undefined;
  };
  offer();
}

/**
 * Sends the file as it is, and reads the lines that answer it as they come.
 * @param {string} path @param {FormData} fields @param {Record<string, string>} words @returns {AsyncGenerator<Row>}
 */
async function* checked(path, fields, words) {
  const file = fields.get("file");
  if (!(file instanceof File)) return;
  const type = /\.(?:ndjson|jsonl)$/i.test(file.name) ? "application/x-ndjson" : "text/csv";
  const query = new URLSearchParams({ class: String(fields.get("class") ?? "") });
  let response;
  try {
    response = await fetch(`${path}/check?${query}`, { method: "POST", body: file, headers: { "content-type": type } });
  } catch {
    throw new Refusal({ title: words.failed });
  }
  if (!response.ok || !response.body) throw new Refusal(await response.json().catch(() => ({ title: words.failed })));
  let rest = "";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) yield rowOf(JSON.parse(text));
  }
}

/** @param {{ line: number, key: string | null, request?: object, problem?: Problem }} answer @returns {Row} */
function rowOf({ line, key, request, problem }) {
  return problem || key === null || !request
    ? { line, key, outcome: { problem: problem ?? { code: "INVALID_REQUEST" } } }
    : { line, key, request };
}

/** The first rows that go into one form. @param {Row[]} rows */
function portionOf(rows) {
  /** @type {Row[]} */
  const some = [];
  let size = 0;
  for (const row of rows.slice(0, mostRows)) {
    size += JSON.stringify(row.request).length;
    if (some.length > 0 && size > mostText) break;
    some.push(row);
  }
  return some;
}

/**
 * Has rows planned, signs them and sends them. A row without an outcome afterwards is to be tried again; why none of the
 * others need be tried is answered.
 * @param {string} path @param {Deed} deed @param {Row[]} rows @returns {Promise<Problem | undefined>}
 */
async function giveSome(path, { key, send, token }, rows) {
  const asked = rows.map(({ key: named, request }) => ({ key: named, request }));
  const draft = { token, app: key.did, rows: JSON.stringify(asked) };
  const planned = await patiently(() => send(`${path}/rows/draft`, new URLSearchParams(draft)));
  const signed = [];
  for (const [i, row] of rows.entries()) {
    const { prepared, ticket, made, problem } = planned.rows[i];
    if (!prepared) {
      row.outcome = made ?? { problem };
      continue;
    }
    const create = await signPrepared(key, { type: "CREATE_DOCUMENT" }, prepared.create);
    const operation = await signPrepared(key, { type: "AWARD" }, prepared.operations[0]);
    signed.push({ row, sent: { signed: JSON.stringify({ create, operation }), ticket } });
  }
  if (signed.length === 0) return undefined;
  const body = { token, rows: JSON.stringify(signed.map(({ sent }) => sent)) };
  const { rows: answers } = await patiently(() => send(`${path}/rows`, new URLSearchParams(body)));
  return settled(signed.map(({ row }, i) => /** @type {[Row, Outcome]} */ ([row, answers[i]])));
}

/** Tries of a row whose place in a status list another took. */
const maxTries = 5;

/** @param {[Row, Outcome][]} answered @returns {Problem | undefined} */
function settled(answered) {
  let stopped;
  for (const [row, outcome] of answered) {
    const code = outcome.problem?.code;
    row.tries = (row.tries ?? 0) + 1;
    // The key ended: the wallet is asked again, and the rest goes on.
    if (code === "NOT_DELEGATED") stopped = outcome.problem;
    else if (code !== "CONFLICT" || row.tries >= maxTries) row.outcome = outcome;
  }
  return stopped;
}

/** How often, and after how long, what was too much at once is tried again; in milliseconds. */
const [maxWaits, waitFor] = [60, 5_000];

/** Waits where too much came from here. @template T @param {() => Promise<T>} work */
async function patiently(work) {
  for (let waits = 0; ; waits++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "TOO_MANY_REQUESTS" || waits >= maxWaits) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitFor));
    }
  }
}

/** @param {Row[]} rows */
function countsOf(rows) {
  const bad = rows.filter(({ outcome }) => outcome?.problem).length;
  const made = rows.filter(({ outcome }) => outcome?.award).length;
  return { count: rows.length, bad, made, good: rows.length - bad };
}

/** Where the rows are shown. @param {Record<string, string>} words */
function boardOf(words) {
  const root = document.querySelector("[data-batch-results]");
  const part = (/** @type {string} */ name) => {
    const found = root?.querySelector(`[data-batch-${name}]`);
    return found instanceof HTMLElement ? found : undefined;
  };
  const [table, files, more, bar, counter] = ["table", "files", "more", "progress", "count"].map(part);
  const body = table?.querySelector("tbody");
  const show = (/** @type {HTMLElement | undefined} */ place, shown = true) => {
    if (place) place.hidden = !shown;
  };
  let shown = 0;
  return {
    clear() {
      shown = 0;
      body?.replaceChildren();
      for (const place of [table, files, more, bar]) show(place, false);
      if (counter) counter.textContent = "";
      if (root instanceof HTMLElement) root.hidden = true;
    },
    /** @param {string} text */
    count(text) {
      if (root instanceof HTMLElement) root.hidden = false;
      if (counter) counter.textContent = text;
    },
    /** @param {number} total */
    begin(total) {
      if (!(bar instanceof HTMLProgressElement)) return;
      bar.max = total;
      bar.value = 0;
      show(bar);
    },
    /** @param {number} done */
    progress(done) {
      if (bar instanceof HTMLProgressElement) bar.value = done;
    },
    /** @param {Row} row */
    add(row) {
      show(table);
      if (shown >= mostShown) return show(more);
      shown++;
      body?.append(lineOf(row, words));
    },
    /** The files have what is known of every row. @param {Row[]} rows */
    end(rows) {
      show(bar, false);
      if (rows.length === 0) return;
      for (const link of root?.querySelectorAll("[data-batch-file]") ?? []) {
        const csv = link.getAttribute("data-batch-file") === "csv";
        const before = link.getAttribute("href") ?? "";
        if (before.startsWith("blob:")) URL.revokeObjectURL(before);
        const type = csv ? "text/csv" : "application/x-ndjson";
        link.setAttribute("href", URL.createObjectURL(new Blob([csv ? csvOf(rows) : ndjsonOf(rows)], { type })));
      }
      show(files);
    },
  };
}

/** @param {Row} row @param {Record<string, string>} words */
function lineOf({ line, key, outcome }, words) {
  const row = document.createElement("tr");
  const cells = [String(line), key ?? "–"].map((text) => cellOf(text));
  const { problem, url, status = "" } = outcome ?? {};
  const became = cellOf(problem ? `${problem.detail ?? problem.title ?? ""} ` : `${words[status] ?? status} `);
  if (problem) {
    const code = document.createElement("code");
    code.className = "code";
    code.textContent = problem.code;
    became.append(code);
  } else if (url) {
    const link = document.createElement("a");
    link.href = new URL(url).pathname;
    link.textContent = words.page ?? "";
    became.append(link);
  }
  row.append(...cells, became);
  return row;
}

/** @param {string} text */
function cellOf(text) {
  const cell = document.createElement("td");
  cell.textContent = text;
  return cell;
}

const columns = ["line", "key", "award", "url", "claimLink", "status", "code", "problem"];

/** @param {Row} row @returns {Record<string, string | number | null | undefined>} */
function resultOf({ line, key, outcome = {} }) {
  const { problem, ...made } = outcome;
  return { line, key, ...made, code: problem?.code, problem: problem?.detail ?? problem?.title };
}

/** @param {Row[]} rows */
function csvOf(rows) {
  const lines = rows.map(resultOf).map((result) => columns.map((name) => fieldOf(result[name])).join(","));
  return [columns.join(","), ...lines, ""].join("\r\n");
}

/** A table program takes no field for a formula. @param {string | number | null | undefined} value */
function fieldOf(value) {
  const text = String(value ?? "");
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @param {Row[]} rows */
function ndjsonOf(rows) {
  return rows.map((row) => `${JSON.stringify(resultOf(row))}\n`).join("");
}

/** @param {HTMLFormElement} form @param {string | undefined} text @param {string} [code] */
function say(form, text, code = "") {
  const status = form.querySelector("[data-deed-status]");
  if (!(status instanceof HTMLElement)) return;
  status.hidden = !text;
  status.classList.toggle("notice-bad", code !== "");
  status.textContent = text ?? "";
}

/** @param {string | undefined} text @param {Record<string, string | number>} values */
function fill(text, values) {
  return (text ?? "").replaceAll(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
