import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { day, iso, minute } from "../../src/kernel/time.ts";
import { disclose } from "../../src/securing/disclosure.ts";
import { userOf } from "../harness.ts";
import { type Academy, definition, learner, makeAward, makeClass, write } from "./academy.ts";
import { attest, field, groundOf, openAttester, person, signed, subjectPath } from "./attester.ts";
import { expectProblem, freshWallet, get, post, type Request, signIn } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let labs: Academy[];
// Some let days go by, and tokens with them: each begins anew.
beforeEach(async () => {
  service = await startLocal();
  labs = [await openAttester(service), await openAttester(service), await openAttester(service)];
});
afterEach(() => service.close());

const path = (did: string, more = "") => `${subjectPath(did)}/scores/open-work${more}`;
const scoreOf = (did: string, more = "", request: Request = {}) => get(service, path(did, more), request);

/** Somebody of whom three organisations say something. */
async function worker() {
  const subject = await person(service);
  const made = [];
  for (const lab of labs) made.push(await attest(service, lab, subject.did));
  return { ...subject, made };
}

describe("a score", () => {
  test("names its policy, its moment, its parts, its evidence and what was left out", async () => {
    const { did } = await worker();
    const { body, status, headers } = await scoreOf(did, "?explain=full");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      subject: did,
      group: [did],
      policy: { version: 1 },
      trust: null,
      score: "30.0",
      scale: { max: "100", decimals: 1 },
      threshold: "30",
      passes: true,
      raters: 3,
      closed: false,
      components: expect.arrayContaining([
        expect.objectContaining({ kind: "contribution", facts: 3, sum: "30", points: "30" }),
      ]),
      nextChange: { why: "decay" },
    });
    expect(body.lists.evidence.items).toHaveLength(3);
    for (const each of body.lists.evidence.items) {
      expect(each).toMatchObject({ contribution: "10", decay: "1", class: "organization", status: "counted" });
      const { body: page } = await get(service, each.link);
      expect(page.items[0]).toMatchObject({ operation: each.operation, seq: each.seq });
    }
    const again = await scoreOf(did, "?explain=full", { headers: { "if-none-match": headers.get("etag")! } });
    expect(again.status).toBe(304);
  });

  test("of somebody of whom nothing is said is nothing, and passes nowhere", async () => {
    const { body } = await scoreOf(userOf(freshWallet()));
    expect(body).toMatchObject({ score: "0.0", passes: false, raters: 0, nextChange: null });
  });

  test("is asked of the past: what was admitted later has not happened, and (at) always has the same answer", async () => {
    const { did } = await person(service);
    await attest(service, labs[0]!, did);
    const at = iso(service.now());
    const { body: then } = await scoreOf(did, `?at=${at}`);
    service.clock.advance(minute);
    await attest(service, labs[1]!, did);
    const { body: later } = await scoreOf(did, `?at=${at}`);
    expect(later).toEqual(then);
    expect(Number((await scoreOf(did)).body.raters)).toBe(2);
    const ahead = await scoreOf(did, `?at=${iso(service.now() + day)}`);
    expectProblem(ahead, "FROM_THE_FUTURE");
    const unreadable = await scoreOf(did, "?at=yesterday");
    expectProblem(unreadable, "UNREADABLE_DATE");
    expect(unreadable.body.detail).toMatch(/^at: .*2026-11-20T11:41:04Z/);
    expect((await scoreOf(did, "?when=now")).body.detail).toBe('There is no parameter "when" here.');
  });

  test("moves on with the log, and with that alone while nothing about the subject has changed", async () => {
    const { did } = await worker();
    const { body: first } = await scoreOf(did);
    expect((await scoreOf(did)).body).toEqual(first);
    await attest(service, labs[0]!, userOf(freshWallet()));
    const { body: then } = await scoreOf(did, "?explain=full");
    const { body: whole } = await scoreOf(did, "/export");
    expect(then.asOf.position).toBeGreaterThan(first.asOf.position);
    expect(whole.score).toEqual((await scoreOf(did)).body);
    const { asOf, evidence, lists, ...rest } = then;
    expect(first).toMatchObject({ ...rest, asOf: { time: asOf.time }, evidence: { counted: evidence.counted } });
    expect(lists.evidence.items).toHaveLength(3);
    await attest(service, labs[0]!, did, { work: { type: "badge", id: "another" } });
    const { body: changed } = await scoreOf(did, "?explain=full");
    expect(changed.lists.evidence.items).toHaveLength(4);
  });

  test("leaves out what was retracted and what is a duplicate, and says so", async () => {
    const { did, made } = await worker();
    await write(service, labs[0]!.access, `/v1/attestations/${made[0]!.attestation}/retract`, {});
    await attest(service, labs[1]!, did);
    const { body } = await scoreOf(did, "?explain=full");
    expect(body.excluded.byReason).toEqual({ retracted: 1, duplicate: 1 });
    const reasons = body.lists.excluded.items.map((each: { operation: string; reason: string }) => [
      each.operation,
      each.reason,
    ]);
    expect(reasons).toContainEqual([made[0]!.attestation, "retracted"]);
    expect(reasons).toContainEqual([made[1]!.attestation, "duplicate"]);
  });

  test("counts badges by their own entries, and no more once they are revoked", async () => {
    const earner = await learner(service);
    const klass = await makeClass(service, labs[0]!, { ...definition, tags: [field] });
    const { award } = await makeAward(service, labs[0]!, { class: klass.id, recipient: { did: earner.did } });
    const { body } = await scoreOf(earner.did, "?explain=full");
    expect(body).toMatchObject({ score: "8.0" });
    expect(body.lists.evidence.items).toMatchObject([
      { kind: "badge", document: award, field, rater: labs[0]!.document },
    ]);
    await write(service, labs[0]!.access, `/v1/awards/${award}/revoke`, { reason: "By mistake." });
    const { body: after } = await scoreOf(earner.did);
    expect(after).toMatchObject({ score: "0.0", excluded: { byReason: { retracted: 1 } } });
  });

  test("keeps its number where the subject hides a fact, and says how much is hidden", async () => {
    const { did, wallet, made } = await worker();
    const { body: before } = await scoreOf(did);
    await signed(service, wallet, did, "HIDE", { evidence: made[0]!.attestation });
    const { body } = await scoreOf(did, "?explain=full");
    expect(body).toMatchObject({ score: before.score, evidence: { counted: 3, hidden: { count: 1, sum: "10" } } });
    expect(body.lists.evidence.items).toHaveLength(2);
    const { token } = await signIn(service, wallet);
    const { body: own } = await scoreOf(did, "?explain=full", { token });
    expect(own.lists.evidence.items).toHaveLength(3);
    expect(own.evidence.digest).toBe(body.evidence.digest);
  });

  test("shows others nothing of the past that the subject has hidden since, not even as a difference", async () => {
    const before = iso(service.now());
    service.clock.advance(minute);
    const subject = await worker();
    const at = iso(service.now());
    const etag = (await scoreOf(subject.did, `?explain=full&at=${at}`)).headers.get("etag")!;
    service.clock.advance(minute);
    await signed(service, subject.wallet, subject.did, "HIDE", { evidence: subject.made[0]!.attestation });
    for (const more of [`?explain=full&at=${at}`, `/evidence?at=${at}`, `/diff?before=${before}&at=${at}`]) {
      const { text, status } = await scoreOf(subject.did, more, { headers: { "if-none-match": etag } });
      expect(status, text).toBe(200);
      expect(text).not.toContain(subject.made[0]!.attestation);
      expect(text).toContain(subject.made[1]!.attestation);
    }
    const { token } = await signIn(service, subject.wallet);
    const { text } = await scoreOf(subject.did, `?explain=full&at=${at}`, { token });
    expect(text).toContain(subject.made[0]!.attestation);
  });

  test("is shown to those alone whom the subject chooses", async () => {
    const { did, wallet } = await worker();
    const friend = await person(service);
    const { body: policy } = await get(service, "/v1/policies/open-work");
    const show = (audience: string, more: object = {}, disclosures: string[] = []) =>
      signed(service, wallet, did, "SHOW", { policy: policy.id, audience, ...more }, { disclosures });
    expect((await show("nobody")).status).toBe(201);
    expectProblem(await scoreOf(did), "FORBIDDEN", 403);
    const { token } = await signIn(service, wallet);
    expect((await scoreOf(did, "", { token })).status).toBe(200);
    const { text, digest } = disclose("audience", [friend.did]);
    const named = await show("named", { _sd: [digest] }, [text]);
    expect(named.status, named.text).toBe(201);
    const { token: friends } = await signIn(service, friend.wallet);
    expect((await scoreOf(did, "", { token: friends })).status).toBe(200);
    expectProblem(await scoreOf(did, "", { token: (await signIn(service)).token }), "FORBIDDEN", 403);
    for (const more of [
      "/evidence",
      "/history?since=2026-01-01T00:00:00Z",
      "/export",
      "/diff?before=2026-11-01T00:00:00Z",
    ])
      expectProblem(await scoreOf(did, more), "FORBIDDEN", 403);
  });

  test("is none once the subject has left, never a better one", async () => {
    const { did, wallet } = await worker();
    await signed(service, wallet, did, "CLOSE");
    expect((await scoreOf(did)).body).toMatchObject({ score: null, closed: true, passes: false, components: [] });
  });

  test("counts a disputed fact until the term is over, and then only by a ruling", async () => {
    const { did, wallet, made } = await worker();
    const dispute = { attestation: made[0]!.attestation, restsOn: [groundOf(made[0]!)] };
    await signed(service, wallet, did, "DISPUTE", dispute);
    expect((await scoreOf(did, "?explain=full")).body.lists.evidence.items[0]).toMatchObject({ status: "disputed" });
    service.clock.advance(31 * day);
    expect((await scoreOf(did)).body.excluded.byReason).toEqual({ disputed: 1 });
  });
});

describe("scores beside each other", () => {
  test("come in a batch as of one moment, and what fails says why", async () => {
    const { did } = await worker();
    const subjects = [did, "no DID", userOf(freshWallet())];
    const { body } = await post(service, "/v1/scores:batch", { policy: "open-work", subjects });
    expect(body.results).toMatchObject([{ score: "30.0" }, { error: { code: "INVALID_DID" } }, { score: "0.0" }]);
    const unknown = await post(service, "/v1/scores:batch", { policy: "no-such", subjects: [did] });
    expect(unknown.body.results ?? [{ error: unknown.body }]).toMatchObject([{ error: { code: "NOT_FOUND" } }]);
  });

  test("tell how one has moved, and which operations did it", async () => {
    const { did } = await person(service);
    const before = iso(service.now());
    service.clock.advance(minute);
    const { attestation } = await attest(service, labs[0]!, did);
    service.clock.advance(2 * day);
    const { body: history } = await scoreOf(did, `/history?since=${before}&points=3`);
    expect(history.points.map(({ score }: { score: string }) => score)).toEqual(["10.0", "10.0", "10.0"]);
    const { body: diff } = await scoreOf(did, `/diff?before=${before}`);
    expect(diff).toMatchObject({
      change: "10",
      entered: [{ operation: attestation, from: "0", change: "9.971568182" }],
      left: [],
      changed: [],
    });
    expectProblem(await scoreOf(did, `/history?since=${before}&points=500`), "QUOTA_EXCEEDED");
  });

  test("can be supposed: with facts that nobody stated, and without ones that stand", async () => {
    const { did, made } = await worker();
    const fact = {
      rater: "somebody",
      raterIs: "organization",
      issuer: "somebody",
      kind: "endorsement",
      field,
      value: "1",
    };
    const { body } = await post(service, path(did, "/what-if"), { add: [fact], remove: [made[0]!.attestation] });
    expect(body.supposed.score).toBe("25.0");
    expect(body.diff).toMatchObject({ change: "-5" });
    expect((await scoreOf(did)).body.score).toBe("30.0");
  });
});

describe("a score that is watched", () => {
  /** Reads events until so many have come. */
  async function readEvents(body: ReadableStream<Uint8Array>, count: number): Promise<{ id: string; score: string }[]> {
    const found: { id: string; score: string }[] = [];
    let text = "";
    const decoder = new TextDecoder();
    const reader = body.getReader();
    while (found.length < count) {
      text += decoder.decode((await reader.read()).value, { stream: true });
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const [, id, data] = /^id: (.*)\nevent: score\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
        if (id !== undefined) found.push({ id, score: JSON.parse(data!).score });
        text = text.slice(end + 2);
      }
    }
    await reader.cancel();
    return found;
  }

  const watch = (did: string, seen?: string) =>
    service.fetch(path(did, "/watch"), {
      headers: { accept: "text/event-stream", ...(seen !== undefined && { "last-event-id": seen }) },
    });

  test("is sent at once and again when it changes; who comes back is told what is new alone", async () => {
    const { did } = await worker();
    const [first] = await readEvents((await watch(did)).body!, 1);
    expect(first!.score).toBe("30.0");
    await attest(service, labs[0]!, did, { kind: "endorsement" });
    const again = await readEvents((await watch(did, first!.id)).body!, 1);
    expect(again).toEqual([{ id: expect.not.stringMatching(first!.id), score: "35.0" }]);
  });

  test("is paid for whenever it is computed, and ends when its address has used up what it may ask", async () => {
    let [peer, others]: [string | undefined, number] = [undefined, 0];
    const peerAddress = () => peer ?? `198.51.100.${others++}`;
    const limits = { operations: { burst: 7, window: day } };
    service = await startLocal({ limits, runtime: { peerAddress } });
    labs = [await openAttester(service)];
    const { did } = await worker();
    peer = "192.0.2.2";
    const { body } = await watch(did);
    const reader = body!.getReader();
    let told = "";
    const readOn = async () => {
      const { done, value } = await reader.read();
      told += new TextDecoder().decode(value);
      return !done;
    };
    while (!told.includes("event: score")) await readOn();
    peer = undefined;
    await attest(service, labs[0]!, did, { kind: "endorsement" });
    while (await readOn());
    expect(told.match(/event: score/g)).toHaveLength(1);
    peer = "192.0.2.2";
    expectProblem(await scoreOf(did, "/watch", { headers: { accept: "text/event-stream" } }), "TOO_MANY_REQUESTS", 429);
  });

  test("is refused before a stream begins, and to whoever does not ask for one", async () => {
    const { did } = await worker();
    expectProblem(await scoreOf(did, "/watch"), "NOT_ACCEPTABLE", 406);
    const refused = await get(service, `${subjectPath(did)}/scores/no-such/watch`, {
      headers: { accept: "text/event-stream" },
    });
    expectProblem(refused, "NOT_FOUND", 404);
  });
});
