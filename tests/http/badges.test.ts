import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ClaimMail } from "../../src/badges/claim-mail.ts";
import { minute } from "../../src/kernel/time.ts";
import {
  type Academy,
  definition,
  learner,
  makeAward,
  makeClass,
  openAcademy,
  secretOf,
  tryAward,
  write,
} from "./academy.ts";
import { ask, expectProblem, get } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

const mails: ClaimMail[] = [];
const smallSvg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100" viewBox="0 0 100 100"><circle cx="50" cy="50" r="40"/></svg>';
let service: LocalService;
let academy: Academy;
let other: Academy;
beforeAll(async () => {
  service = await startLocal({ parts: () => ({ deliver: async (mail) => void mails.push(mail) }) });
  academy = await openAcademy(service);
  other = await openAcademy(service);
});
afterAll(() => service.close());

describe("a badge class", () => {
  test("is defined by a client, rests on its key and client, and is there for everybody", async () => {
    const { id, operation } = await makeClass(service, academy);
    const { body } = await get(service, `/v1/badge-classes/${id}`);
    expect(body).toMatchObject({
      id,
      version: 1,
      operation,
      organization: academy.document,
      definition,
      archived: false,
    });
    const { body: log } = await get(service, `/v1/documents/${id}/operations`);
    expect(log.items[1].operation).toBe(operation);
    expect((await get(service, `/v1/documents/${id}/audit`)).body).toMatchObject({ verdict: "valid" });
  });

  test("has versions, each at its own address", async () => {
    const { id } = await makeClass(service, academy);
    const next = { definition: { ...definition, name: "Welding, level 2" } };
    const revised = await write(service, academy.access, `/v1/badge-classes/${id}/revisions`, next);
    expect(revised.status, revised.text).toBe(201);
    expect(revised.body).toMatchObject({ version: 2, definition: { name: "Welding, level 2" } });
    expect((await get(service, `/v1/badge-classes/${id}/versions/1`)).body.definition.name).toBe("Welding, level 1");
    expect((await get(service, `/v1/badge-classes/${id}/versions/2`)).body.definition.name).toBe("Welding, level 2");
    for (const version of ["0", "3", "x", "1e3"])
      expectProblem(await get(service, `/v1/badge-classes/${id}/versions/${version}`), "NOT_FOUND", 404);
    expectProblem(await write(service, academy.access, `/v1/badge-classes/${id}/revisions`, next), "UNCHANGED", 409);
  });

  test("is archived and restored, and listed accordingly", async () => {
    const { id } = await makeClass(service, academy, { name: "For a while" });
    const list = async (query: string) => {
      const { body } = await get(service, `/v1/orgs/${academy.slug}/badge-classes?limit=200${query}`);
      return body.items.map((each: { id: string }) => each.id) as string[];
    };
    const archived = await write(service, academy.access, `/v1/badge-classes/${id}/archive`, {});
    expect(archived.body).toMatchObject({ archived: true });
    expect(await list("")).not.toContain(id);
    expect(await list("&archived=1")).toContain(id);
    expectProblem(await write(service, academy.access, `/v1/badge-classes/${id}/archive`, {}), "UNCHANGED", 409);
    const restored = await write(service, academy.access, `/v1/badge-classes/${id}/restore`, {});
    expect(restored.body).toMatchObject({ archived: false, version: 1 });
    await makeAward(service, academy, { class: id, recipient: { did: "did:web:example.org" } });
  });

  test("is paged through without a gap", async () => {
    for (let i = 0; i < 3; i++) await makeClass(service, other, { name: `Class ${i}` });
    const names: string[] = [];
    for (let path: string | undefined = `/v1/orgs/${other.slug}/badge-classes?limit=2`; path; ) {
      const { body, headers } = await get(service, path);
      names.push(...body.items.map((each: { definition: { name: string } }) => each.definition.name));
      path = headers.get("link")?.slice(1).split(">")[0];
    }
    expect(names).toEqual(["Class 0", "Class 1", "Class 2"]);
  });

  test("is made once for each Idempotency-Key", async () => {
    const path = `/v1/orgs/${academy.slug}/badge-classes`;
    const first = await write(service, academy.access, path, { definition }, "class-once");
    const again = await write(service, academy.access, path, { definition }, "class-once");
    expect(again.body.id).toBe(first.body.id);
    const more = { definition: { ...definition, name: "Other" } };
    expectProblem(await write(service, academy.access, path, more, "class-once"), "IDEMPOTENCY_KEY_REUSED", 422);
  });

  test("is another organisation's to no one", async () => {
    const { id } = await makeClass(service, academy);
    for (const [name, body] of [
      ["archive", {}],
      ["restore", {}],
      ["revisions", { definition }],
    ] as const) {
      expectProblem(await write(service, other.access, `/v1/badge-classes/${id}/${name}`, body), "NOT_FOUND", 404);
      expectProblem(await write(service, other.access, `/v1/badge-classes/nothing/${name}`, body), "NOT_FOUND", 404);
    }
    const path = `/v1/orgs/${academy.slug}/badge-classes`;
    expectProblem(await write(service, other.access, path, { definition }), "NOT_FOUND", 404);
    expectProblem(await write(service, academy.token, path, { definition }), "FORBIDDEN", 403);
  });

  test("refuses criteria that are none, and links that are scripts", async () => {
    const path = `/v1/orgs/${academy.slug}/badge-classes`;
    for (const criteria of [{}, { url: "javascript:alert(1)" }]) {
      const answer = await write(service, academy.access, path, { definition: { ...definition, criteria } });
      expectProblem(answer, "INVALID_REQUEST", 400);
    }
  });

  test("needs a key of the organisation that is kept here", async () => {
    const bare = await openAcademy(service, {}, []);
    const answer = await write(service, bare.access, `/v1/orgs/${bare.slug}/badge-classes`, { definition });
    expectProblem(answer, "NO_KEY");
  });
});

describe("the image of a badge class", () => {
  const send = (body: string, type: string, { slug, access } = academy) =>
    ask(service, "POST", `/v1/orgs/${slug}/images`, {
      body,
      token: access,
      headers: { "content-type": type, "idempotency-key": crypto.randomUUID() },
    });

  test("is written anew, served as a picture alone, and named by a class", async () => {
    const { status, body, text } = await send(smallSvg, "image/svg+xml");
    expect(status, text).toBe(201);
    const image = await get(service, `/v1/images/${body.digest}`);
    expect(image.headers.get("content-type")).toBe("image/svg+xml");
    expect(image.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
    expect(image.headers.get("x-content-type-options")).toBe("nosniff");
    expect(image.headers.get("cache-control")).toContain("immutable");
    const headers = { "if-none-match": image.headers.get("etag")! };
    expect((await get(service, `/v1/images/${body.digest}`, { headers })).status).toBe(304);
    await makeClass(service, academy, { image: { digest: body.digest, type: body.type, alt: "A seam" } });
  });

  test("is refused with a script in it, of another type, and too large", async () => {
    const script = smallSvg.replace("</svg>", "<script>alert(1)</script></svg>");
    expectProblem(await send(script, "image/svg+xml"), "INVALID_IMAGE");
    expectProblem(await send("GIF89a", "image/gif"), "UNSUPPORTED_MEDIA_TYPE", 415);
    expectProblem(await send("GIF89a", "image/png"), "INVALID_IMAGE");
    expectProblem(await send("x".repeat(600_000), "image/png"), "TOO_LARGE", 413);
    expectProblem(await send(smallSvg, "image/svg+xml", { ...academy, access: other.access }), "NOT_FOUND", 404);
  });

  test("must be here before a class names it", async () => {
    const image = { digest: "A".repeat(43), type: "image/png" };
    const path = `/v1/orgs/${academy.slug}/badge-classes`;
    expectProblem(await write(service, academy.access, path, { definition: { ...definition, image } }), "NOT_FOUND");
    expectProblem(await get(service, `/v1/images/${image.digest}`), "NOT_FOUND", 404);
  });
});

describe("mail", () => {
  const drained = async () => {
    mails.length = 0;
    await service.services.outbox.drain();
    return [...mails];
  };

  test("brings the claim link, once, and again when asked to", async () => {
    const klass = await makeClass(service, academy);
    await drained();
    const made = await makeAward(service, academy, { class: klass.id, recipient: { email: "ada@example.org" } });
    const [mail, ...more] = await drained();
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ to: "ada@example.org", subject: "Example Academy: Welding, level 1" });
    expect(mail!.text).toContain(made.claimLink);
    expect(await drained()).toEqual([]);
    await write(service, academy.access, `/v1/awards/${made.award}/resend`, {});
    await write(service, academy.access, `/v1/awards/${made.award}/resend`, {});
    expect(await drained()).toHaveLength(1);
  });

  test("waits for the end of a hold, and goes to nobody once that is undone", async () => {
    const klass = await makeClass(service, academy);
    const held = (email: string) =>
      makeAward(service, academy, { class: klass.id, recipient: { email }, holdMinutes: 5 });
    await held("stays@example.org");
    const undone = await held("undone@example.org");
    expect(await drained()).toEqual([]);
    await write(service, academy.access, `/v1/awards/${undone.award}/cancel`, {});
    service.clock.advance(5 * minute);
    expect((await drained()).map(({ to }) => to)).toEqual(["stays@example.org"]);
  });

  test("goes to the new address alone once that is corrected", async () => {
    const klass = await makeClass(service, academy);
    const made = await makeAward(service, academy, { class: klass.id, recipient: { email: "wrong@example.org" } });
    const path = `/v1/awards/${made.award}/correct`;
    const { body } = await write(service, academy.access, path, { email: "right@example.org" });
    const sent = await drained();
    expect(sent.map(({ to }) => to)).toEqual(["right@example.org"]);
    expect(sent[0]!.text).toContain(secretOf(body));
  });

  test("is not sent for a wallet, nor for what was refused", async () => {
    const klass = await makeClass(service, academy);
    const { did } = await learner(service);
    await makeAward(service, academy, { class: klass.id, recipient: { did } });
    await tryAward(service, academy, { class: "nothing", recipient: { email: "x@example.org" } });
    expect(await drained()).toEqual([]);
  });

  test("is one line where names have more", async () => {
    const klass = await makeClass(service, academy, { name: `Two\nlines ${"x".repeat(200)}` });
    await makeAward(service, academy, { class: klass.id, recipient: { email: "ada@example.org" } });
    const [mail] = await drained();
    expect(mail!.subject).toMatch(/^Example Academy: Two lines x+$/);
    expect(mail!.subject.length).toBeLessThanOrEqual(150);
  });
});
