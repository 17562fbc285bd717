import { beforeAll, describe, expect, test } from "vitest";
import { verifyLog } from "../../../src/index.ts";
import { expectProblem, get, openProfile } from "../client.ts";
import type { Service } from "../server.ts";

export function logContract(open: () => Promise<Service>): void {
  let service: Service;
  beforeAll(async () => {
    service = await open();
    await openProfile(service);
  });

  describe("the log", () => {
    test("is read in commit order and without gaps", async () => {
      const seqs: number[] = [];
      let after = "0";
      for (;;) {
        const { body } = await get(service, `/v1/operations?after=${after}&limit=2`);
        seqs.push(...body.items.map((each: { seq: number }) => each.seq));
        after = body.next;
        if (body.items.length === 0) break;
      }
      expect(seqs.length).toBeGreaterThan(2);
      expect(seqs).toEqual(seqs.map((_, i) => i + 1));
    });

    test("has a next even at its end, from where what comes later is read", async () => {
      const { body: head } = await get(service, "/v1/log");
      const end = await get(service, `/v1/operations?after=${head.size}`);
      expect(end.body).toEqual({ items: [], next: String(head.size) });
      expect(end.headers.get("link")).toBeNull();
      const { document } = await openProfile(service);
      const later = await get(service, `/v1/operations?after=${end.body.next}`);
      expect(later.body.items.map((each: { document: string }) => each.document)).toContain(document);
    });

    test("links to the next page of a full one, which may be kept", async () => {
      const { headers } = await get(service, "/v1/operations?limit=1");
      expect(headers.get("link")).toBe('</v1/operations?after=1&limit=1>; rel="next"');
      expect(headers.get("cache-control")).toBe("public, max-age=3600");
      expect(headers.get("vary")).toBe("accept");
    });

    test("refuses places and limits that are none", async () => {
      for (const query of ["after=x", "after=-1", "after=01", "after=1e3", "limit=0", "limit=1001", "limit=a"])
        expectProblem(await get(service, `/v1/operations?${query}`), "INVALID_REQUEST", 400);
    });

    test("comes in no other form than JSON and events", async () => {
      const answer = await get(service, "/v1/operations", { headers: { accept: "text/csv" } });
      expectProblem(answer, "NOT_ACCEPTABLE", 406);
    });

    test("is streamed as events, from where the last event was", async () => {
      const { body } = await get(service, "/v1/operations?after=1&limit=2");
      const events = await readEvents(service, { "last-event-id": "1" }, 2);
      expect(events).toEqual(body.items.map((each: { seq: number }) => ({ id: String(each.seq), data: each })));
    });

    test("goes on in a stream with what is committed while it is open", async () => {
      const { body: head } = await get(service, "/v1/log");
      const reading = readEvents(service, { "last-event-id": String(head.size) }, 3);
      const { document } = await openProfile(service);
      const events = await reading;
      expect(events.map((event) => event.id)).toEqual([1, 2, 3].map((step) => String(head.size + step)));
      expect(events.at(-1)!.data.document).toBe(document);
    });

    test("answers HEAD of a stream with its headers", async () => {
      const headers = { accept: "text/event-stream" };
      const { headers: told, status } = await service.fetch("/v1/operations", { method: "HEAD", headers });
      expect(status).toBe(200);
      expect(told.get("content-type")).toBe("text/event-stream");
    });

    test("is signed as a whole, and proves what stands in it", async () => {
      const { body: head } = await get(service, "/v1/log");
      expect(head).toMatchObject({ realm: service.realm, size: expect.any(Number), signature: expect.any(String) });
      const inclusion = await get(service, `/v1/log/inclusion?seq=1&size=${head.size}`);
      expect(inclusion.body).toMatchObject({ seq: 1, size: head.size, root: head.root });
      const consistency = await get(service, `/v1/log/consistency?from=1&size=${head.size}`);
      expect(consistency.body).toMatchObject({ from: 1, size: head.size });
      expectProblem(await get(service, "/v1/log/inclusion"), "INVALID_REQUEST", 400);
      expectProblem(await get(service, "/v1/log/inclusion?seq=99999999"), "INVALID_REQUEST", 400);
      expectProblem(await get(service, "/v1/log/consistency?from=0"), "INVALID_REQUEST", 400);
    });

    test("can be told anew to nobody who kept a checkpoint", async () => {
      const { body: before } = await get(service, "/v1/log");
      await openProfile(service);
      const { body: checkpoint } = await get(service, "/v1/log");
      const sizes = `from=${before.size}&size=${checkpoint.size}`;
      const { body: consistency } = await get(service, `/v1/log/consistency?${sizes}`);
      const { body: page } = await get(service, `/v1/operations?after=${before.size}&limit=1`);
      const [{ seq, digest }] = page.items;
      const { body: inclusion } = await get(service, `/v1/log/inclusion?seq=${seq}&size=${checkpoint.size}`);
      const { body: did } = await get(service, "/.well-known/did.json");
      const method = did.verificationMethod.find(({ id }: { id: string }) => id.endsWith("#log"));
      const terms = { logKey: `did:key:${method.publicKeyMultibase}`, realm: service.realm };
      const asked = { ...terms, earlier: { checkpoint: before, consistency }, entry: { digest, inclusion } };
      expect((await verifyLog(checkpoint, asked)).checks).toMatchObject(
        ["checkpoint", "earlier", "consistency", "inclusion"].map((name) => ({ name, outcome: "pass" })),
      );
      const anew = { ...asked, entry: { digest: before.root, inclusion } };
      expect(await verifyLog(checkpoint, anew)).toMatchObject({ verdict: "invalid" });
    });
  });
}

type Event = { id: string; data: { document: string; seq: number } };

/** Reads so many events of the stream and leaves. */
async function readEvents(service: Service, headers: Record<string, string>, count: number): Promise<Event[]> {
  const response = await service.fetch("/v1/operations", { headers: { accept: "text/event-stream", ...headers } });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split("\nevent: entry\n").length <= count || !text.endsWith("\n\n")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  expect(text).toMatch(/^retry: \d+\n\n/);
  const found = [...text.matchAll(/id: (\d+)\nevent: entry\ndata: (.+)\n\n/g)];
  return found.slice(0, count).map(([, id, data]) => ({ id: id!, data: JSON.parse(data!) }));
}
