import { afterAll, beforeAll, expect, test } from "vitest";
import { utf8 } from "../../src/kernel/bytes.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { appendOf, chain, entryOf, freshId } from "../contract/synthetic.ts";
import { get } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

const realm = "test";
const document = freshId();

/** The largest text of an action, and with each of its characters of three bytes. */
const largest = "☃".repeat(65_000);

/** Entries of the document: first small ones, then so many that a page by count alone would have twelve megabytes. */
const [small, large] = [30, 60];

/** Bytes that no page goes beyond. */
const most = 8_000_000;

const storage = openSqlite({ file: ":memory:", realm });
let service: LocalService;
beforeAll(async () => {
  const first = chain(document, small);
  await storage.operations.commit(appendOf(first));
  let after = first.at(-1)!;
  for (let i = 0; i < large; i++) {
    after = entryOf({ document, after, text: largest });
    await storage.operations.commit(appendOf([after]));
  }
  await storage.operations.commit(appendOf(chain(document, small, after)));
  service = await startLocal({ parts: () => ({ storage }) });
});
afterAll(async () => {
  await service.close();
  await storage.close();
});

const places = Array.from({ length: small + large + small }, (_, i) => i + 1);

type Answer = { items: { seq: number }[]; next: string | null };

/** Pages as whoever follows `next` reads them, until there is none or nothing in one. */
async function pagesOf(path: string): Promise<{ seqs: number[]; bytes: number; link: string | null }[]> {
  const pages = [];
  for (let after: string | null = "0"; after !== null; ) {
    const { body, headers, text } = await get(service, `${path}?after=${after}&limit=1000`);
    const { items, next } = body as Answer;
    if (items.length === 0) break;
    pages.push({ seqs: items.map(({ seq }) => seq), bytes: utf8(text).length, link: headers.get("link") });
    after = next;
  }
  return pages;
}

test.each([
  ["of a document", `/v1/documents/${document}/operations`],
  ["of the whole log", "/v1/operations"],
])("pages %s end before they grow large, and go on without a gap", async (_, path) => {
  const pages = await pagesOf(path);
  expect(pages.flatMap(({ seqs }) => seqs)).toEqual(places);
  expect(pages.length).toBeGreaterThan(2);
  for (const { bytes } of pages) expect(bytes).toBeLessThan(most);
  const links = pages.map(({ seqs }) => `<${path}?after=${seqs.at(-1)}&limit=1000>; rel="next"`);
  expect(pages.map(({ link }) => link)).toEqual(links.map((link, i) => (i < pages.length - 1 ? link : null)));
});

test("a stream reads few of the large at a time, and has them all", async () => {
  const read: number[] = [];
  const { after } = service.services.log;
  service.services.log.after = async (...asked) => {
    const found = await after(...asked);
    read.push(utf8(JSON.stringify(found.items)).length);
    return found;
  };
  const headers = { accept: "text/event-stream" };
  const { body } = await service.fetch("/v1/operations", { headers });
  const seqs: number[] = [];
  let rest = "";
  for await (const piece of body!.pipeThrough(new TextDecoderStream())) {
    const events = (rest + piece).split("\n\n");
    rest = events.pop()!;
    seqs.push(...events.flatMap((event) => /^id: (\d+)\n/.exec(event)?.[1] ?? []).map(Number));
    if (seqs.length >= places.length) break;
  }
  service.services.log.after = after;
  expect(seqs).toEqual(places);
  expect(Math.max(...read)).toBeLessThan(most / 8);
});
