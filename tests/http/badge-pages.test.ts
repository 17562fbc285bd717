import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxBakedBytes } from "../../src/badges/baking.ts";
import { appKey, userOf } from "../harness.ts";
import { makePng } from "../unit/badges/png-files.ts";
import { type Academy, earn, learner, makeAward, makeClass, openAcademy, readAward, secretOf } from "./academy.ts";
import { ask, freshWallet, get, signIn } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let academy: Academy;
beforeAll(async () => {
  service = await startLocal();
  academy = await openAcademy(service);
});
afterAll(() => service.close());

const html = { accept: "text/html" };
const pathOf = ({ url }: { url: string }) => new URL(url).pathname;

async function give(recipient: object, more: object = {}) {
  const { id } = await makeClass(service, academy, { tags: [crypto.randomUUID()] });
  return makeAward(service, academy, { class: id, recipient, ...more } as never);
}

/** A form as a browser posts it, with the cookie and the token of a page. */
async function openForm(path: string, cookie = "") {
  const page = await get(service, path, { headers: { ...html, cookie } });
  const token = /name="token" value="([\w-]+)"/.exec(page.text)![1]!;
  const given = page.headers.get("set-cookie")?.split(";")[0] ?? cookie;
  const headers = { cookie: given, origin: service.origin, "sec-fetch-site": "same-origin" };
  return { token, headers };
}

async function postForm(path: string, fields: Record<string, string>, headers: Record<string, string>) {
  const type = "application/x-www-form-urlencoded";
  const body = new URLSearchParams(fields).toString();
  return ask(service, "POST", path, { body, headers: { ...headers, "content-type": type } });
}

async function postFiles(path: string, fields: Record<string, string | Blob>, headers: Record<string, string>) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const request = new Request("http://x", { method: "POST", body: form });
  const body = new Uint8Array(await request.arrayBuffer());
  return ask(service, "POST", path, {
    body,
    headers: { ...headers, "content-type": request.headers.get("content-type")! },
  });
}

describe("GET /b/{id} for people", () => {
  test("sends fewer bytes to who takes gzip, and the same page", async () => {
    const path = pathOf(await give({ did: userOf(freshWallet()) }));
    const plain = await service.fetch(path, { headers: html });
    const packed = await service.fetch(path, { headers: { ...html, "accept-encoding": "br, gzip" } });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(packed.headers.get("vary")).toBe("accept, authorization, cookie, accept-encoding");
    expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()).toBe(await plain.text());
    const none = await service.fetch(path, { headers: { ...html, "accept-encoding": "gzip;q=0" } });
    expect(none.headers.get("content-encoding")).toBeNull();
  });

  test("gives a cookie to those alone who may claim", async () => {
    const waits = await get(service, pathOf(await give({ email: "ada@example.com" })), { headers: html });
    expect(waits.headers.get("set-cookie")).toMatch(/^__Host-renown-form=/);
    expect(waits.headers.get("cache-control")).toBe("no-store");
    const given = await get(service, pathOf(await give({ did: userOf(freshWallet()) })), { headers: html });
    expect(given.headers.get("set-cookie")).toBeNull();
  });

  test("never holds the secret of a claim link, nor the address", async () => {
    const made = await give({ email: "ada@example.com" });
    const { text } = await get(service, pathOf(made), { headers: html });
    expect(text).not.toContain(secretOf(made));
    expect(text).not.toContain("ada@example.com");
  });

  test("refuses as a page whom it is a page for, and as a problem everybody else", async () => {
    const page = await get(service, "/b/AAAAAAAAAAAAAAAAAAAAAA", { headers: html });
    expect([page.status, page.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
    const problem = await get(service, "/b/AAAAAAAAAAAAAAAAAAAAAA", { headers: { accept: "application/vc" } });
    expect(problem.headers.get("content-type")).toBe("application/problem+json");
  });

  test("takes links to which others have added something, from people alone", async () => {
    const path = pathOf(await give({ did: userOf(freshWallet()) }));
    const moved = await service.fetch(`${path}?fbclid=1`, { headers: html });
    expect([moved.status, moved.headers.get("location")]).toEqual([303, path]);
    const machine = await get(service, `${path}?x=1`, { headers: { accept: "application/vc" } });
    expect(machine.body.code).toBe("INVALID_REQUEST");
  });

  test("leads to the issuer, the class and every file that it names", async () => {
    const { text } = await get(service, pathOf(await give({ did: userOf(freshWallet()) })), { headers: html });
    const links = [...text.matchAll(/(?:href|src)="(\/[^"#]*)"/g)].map((match) => match[1]!.replaceAll("&amp;", "&"));
    expect(links.some((link) => link.startsWith(`/orgs/${academy.slug}/badges/`))).toBe(true);
    for (const link of new Set(links)) expect((await service.fetch(link, { headers: html })).status, link).toBe(200);
  });

  test("tells whoever looks first, while time goes on, what it tells everybody", async () => {
    let time = service.now();
    const moving = await startLocal({ parts: () => ({ clock: () => (time += 3) }) });
    const school = await openAcademy(moving);
    const { id } = await makeClass(moving, school);
    const recipient = { did: userOf(freshWallet()) };
    const made = await makeAward(moving, school, { class: id, recipient });
    const { text } = await get(moving, pathOf(made), { headers: html });
    expect(/seal-word">([^<]*)/.exec(text)?.[1]).toBe("Valid");
    expect(text).toContain("Example Academy signed this badge, and it is in force.");
    await moving.close();
  });

  test("while it is held back is there for nobody but the organisation", async () => {
    const made = await give({ email: "ada@example.com" }, { holdMinutes: 10 });
    expect((await get(service, pathOf(made), { headers: html })).status).toBe(404);
    const { cookie } = await signIn(service, academy.wallet);
    const own = await get(service, pathOf(made), { headers: { ...html, cookie } });
    expect(own.text).toContain("This badge is held back until");
    expect(own.text).not.toContain("data-claim=");
  });

  test("shows a picture of the class, and gives it with the badge inside", async () => {
    const token = academy.access;
    const headers = { "content-type": "image/png", "idempotency-key": "picture" };
    const kept = await ask(service, "POST", `/v1/orgs/${academy.slug}/images`, { body: makePng(), token, headers });
    expect(kept.status, kept.text).toBe(201);
    const image = { digest: kept.body.digest, type: "image/png", alt: "A welder" };
    const { id } = await makeClass(service, academy, { image });
    const made = await makeAward(service, academy, { class: id, recipient: { did: userOf(freshWallet()) } });
    const { text } = await get(service, pathOf(made), { headers: html });
    expect(text).toContain('alt="A welder"');
    for (const name of ["picture", "card.png", "badge.png"]) {
      const answer = await service.fetch(`${pathOf(made)}/${name}`);
      expect([answer.status, answer.headers.get("content-type")], name).toEqual([200, "image/png"]);
      expect(answer.headers.get("content-security-policy")).toContain("sandbox");
    }
    expect((await service.fetch(`${pathOf(made)}/badge.svg`)).status).toBe(404);
    expect((await service.fetch(`${pathOf(made)}/constructor`)).status).toBe(404);
  });
});

describe("GET /me/badges", () => {
  test("lists the latest first, and neither what is held back nor what was cancelled", async () => {
    const wallet = freshWallet();
    const recipient = { did: userOf(wallet) };
    const { cookie } = await signIn(service, wallet);
    const shown = async (path = "/me/badges") => {
      const { text } = await get(service, path, { headers: { ...html, cookie } });
      const faces = [...text.matchAll(/id="badge-([\w-]{22})"/g)].map((match) => match[1]!);
      return { faces, more: /href="(\/me\/badges\?before=\d+)"/.exec(text)?.[1] };
    };
    expect(await shown()).toEqual({ faces: [], more: undefined });
    const { id } = await makeClass(service, academy, { tags: ["many"] });
    const given: string[] = [];
    for (let count = 0; count < 22; count++)
      given.unshift(pathOf(await makeAward(service, academy, { class: id, recipient })).slice("/b/".length));
    await makeAward(service, academy, { class: id, recipient, holdMinutes: 10 });
    await give({ did: userOf(freshWallet()) });
    const first = await shown();
    expect(first.faces).toEqual(given.slice(0, 20));
    expect(await shown(first.more)).toEqual({ faces: given.slice(20), more: undefined });
  });

  test("asks whoever is not signed in to sign in, and shows nothing", async () => {
    const { text } = await get(service, "/me/badges", { headers: html });
    expect(text).toContain("data-sign-in");
    expect(text).not.toContain("data-my-badges");
  });
});

describe("keys of browsers", () => {
  test("are given a message for badges and for nothing else", async () => {
    const { token, headers } = await openForm(pathOf(await give({ email: "ada@example.com" })));
    const { address } = freshWallet();
    const fields = { token, app: appKey.did, address, chainId: "1" };
    const { status, body } = await postForm("/badge-key/message", fields, headers);
    expect(status).toBe(200);
    expect(body.life).toBe(3_600_000);
    expect(body.message).toContain("Expiration Time: 2026-11-20T13:00:00.000Z");
    expect(body.message.match(/- urn:renown:may:.*/g)).toEqual(["- urn:renown:may:renown/award"]);
  });

  test.each(["/badge-key/message", "/badge-key", "/badge-key/prepare"])(
    "are nobody else’s to ask for: %s",
    async (path) => {
      const { token, headers } = await openForm(pathOf(await give({ email: "ada@example.com" })));
      const foreign = [
        [{ token }, { ...headers, origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
        [{ token: "A".repeat(43) }, headers],
        [{ token }, { ...headers, cookie: "" }],
      ] as const;
      for (const [fields, sent] of foreign) {
        const answer = await postForm(path, fields, sent);
        expect(answer.body.code).toBe("FOREIGN_FORM");
      }
    },
  );

  test("are told nothing of what is hidden, but by the earner’s own session", async () => {
    const { wallet, did } = await learner(service);
    const { award } = await give({ did });
    await earn(service, wallet, award, "HIDE");
    const waits = await openForm(pathOf(await give({ email: "ada@example.com" })));
    const wish = { document: award, user: did, app: appKey.did, type: "UNHIDE", input: "{}" };
    const asked = (form: typeof waits, more: object = {}) =>
      postForm("/badge-key/prepare", { ...wish, ...more, token: form.token }, form.headers);
    const hidden = await asked(waits);
    const absent = await asked(waits, { document: `r1${"A".repeat(43)}` });
    expect([hidden.status, hidden.body.code]).toEqual([absent.status, absent.body.code]);
    const { cookie } = await signIn(service, wallet);
    const own = await openForm("/me/badges", cookie);
    expect((await asked(own)).body).toMatchObject({ action: { type: "UNHIDE" } });
    expect((await readAward(service, academy, award)).body.hidden).toBe(true);
  });
});

describe("POST /verify with a file", () => {
  test("refuses what is too large, broken, or not of a page of ours", async () => {
    const { token, headers } = await openForm("/verify");
    const large = await postFiles(
      "/verify",
      { token, file: new Blob([new Uint8Array(maxBakedBytes + 2_000_000)]) },
      headers,
    );
    expect(large.body.code).toBe("TOO_LARGE");
    const type = { ...headers, "content-type": "multipart/form-data; boundary=x" };
    const broken = await ask(service, "POST", "/verify", { body: new Uint8Array(8), headers: type });
    expect(broken.body.code).toBe("INVALID_REQUEST");
    const foreign = await postFiles("/verify", { token: "x", file: new Blob(["{}"]) }, headers);
    expect(foreign.body.code).toBe("FOREIGN_FORM");
  });

  test("takes files on no other form", async () => {
    const { token, headers } = await openForm("/verify");
    const answer = await postFiles("/sign-out", { token }, headers);
    expect(answer.body.code).toBe("UNSUPPORTED_MEDIA_TYPE");
  });

  test("judges a badge by its file, chosen or left out", async () => {
    const made = await give({ did: userOf(freshWallet()) });
    const picture = await (await service.fetch(`${pathOf(made)}/badge.svg`)).text();
    const { token, headers } = await openForm("/verify");
    const fields = { token, pasted: "", person: "", at: "" };
    const answer = await postFiles("/verify", { ...fields, file: new Blob([picture]) }, headers);
    expect(answer.text).toContain("The issuer signed this badge, and it is in force.");
    const left = await postFiles("/verify", { ...fields, pasted: made.url, file: new Blob([]) }, headers);
    expect(left.text).toContain("the page at its link");
  });

  test("counts as much as a question over the API", async () => {
    const tight = await startLocal({ limits: { operations: { burst: 100, window: 60_000 } } });
    const page = await get(tight, "/verify", { headers: html });
    const token = /name="token" value="([\w-]+)"/.exec(page.text)![1]!;
    const cookie = page.headers.get("set-cookie")!.split(";")[0]!;
    const type = "application/x-www-form-urlencoded";
    const headers = { cookie, origin: tight.origin, "sec-fetch-site": "same-origin", "content-type": type };
    const body = new URLSearchParams({ token, pasted: `${tight.origin}/b/x` }).toString();
    const statuses = [];
    for (let times = 0; times < 3; times++)
      statuses.push((await ask(tight, "POST", "/verify", { body, headers })).status);
    expect(statuses).toEqual([200, 200, 429]);
    await tight.close();
  });
});
