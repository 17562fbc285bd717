import { beforeAll, describe, expect, test } from "vitest";
import { disclose } from "../../../src/securing/disclosure.ts";
import { userOf } from "../../harness.ts";
import { type Academy, write } from "../academy.ts";
import { attest, entryOf, field, groundOf, openAttester, person, signed, subjectPath, tryAttest } from "../attester.ts";
import { ask, expectProblem, freshWallet, get, post, remove, signIn } from "../client.ts";
import type { Service } from "../server.ts";

export function attestationContract(open: () => Promise<Service>): void {
  let service: Service;
  let lab: Academy;
  let other: Academy;
  beforeAll(async () => {
    service = await open();
    lab = await openAttester(service);
    other = await openAttester(service);
  });

  const listOf = async (did: string, token?: string) =>
    (await get(service, `${subjectPath(did)}/attestations`, { token })).body.items as { attestation: string }[];

  describe("an organisation's attestation", () => {
    test("stands in the log of its subject, signed by the organisation's own key", async () => {
      const did = userOf(freshWallet());
      const made = await attest(service, lab, did, {
        value: "0.75",
        narrative: "Wrote the parser.",
        url: "https://example.org/pr/7",
      });
      const { body: entries } = await get(service, `/v1/documents/${made.document}/operations`);
      expect(entries.items).toHaveLength(1);
      expect(entries.items[0]).toMatchObject({
        binding: "full",
        signer: { user: "" },
        authority: { by: "organization" },
      });
      expect(JSON.stringify(entries)).not.toContain("parser");
      const { body: audit } = await get(service, `/v1/documents/${made.document}/audit`);
      expect(audit.verdict).toBe("valid");
      const [shown] = await listOf(did);
      expect(shown).toMatchObject({
        by: { organization: lab.document },
        kind: "contribution",
        field,
        value: "0.75",
        standing: "organization",
        work: { type: "url", id: "" },
        texts: { narrative: "Wrote the parser.", url: "https://example.org/pr/7" },
      });
    });

    test("is made once for each key, and refused where the key stands for something else", async () => {
      const did = userOf(freshWallet());
      const first = await tryAttest(service, lab, did, { narrative: "Once." }, "once-1");
      const again = await tryAttest(service, lab, did, { narrative: "Once." }, "once-1");
      expect(again.body).toEqual(first.body);
      expectProblem(
        await tryAttest(service, lab, did, { narrative: "Twice." }, "once-1"),
        "IDEMPOTENCY_KEY_REUSED",
        422,
      );
      expect(await listOf(did)).toHaveLength(1);
    });

    test("is refused in a field that the organisation does not list, and of a value that is no decimal", async () => {
      const did = userOf(freshWallet());
      expectProblem(await tryAttest(service, lab, did, { field: "cooking" }), "INVALID_INPUT");
      expectProblem(await tryAttest(service, lab, did, { value: "1e3" }), "INVALID_REQUEST", 400);
      expectProblem(await tryAttest(service, lab, "did:pkh:eip155:1:0xABC", {}), "INVALID_DID");
      expect(await listOf(did)).toEqual([]);
    });

    test("is refused to a client without the scope, and to nobody's token", async () => {
      const did = userOf(freshWallet());
      const path = `${subjectPath(did)}/attestations`;
      const body = { kind: "contribution", field, value: "1" };
      const { token } = await signIn(service);
      expectProblem(await write(service, token, path, body), "FORBIDDEN", 403);
      expectProblem(await post(service, path, body), "UNAUTHENTICATED", 401);
    });

    test("is taken back by the organisation that made it and by no other", async () => {
      const did = userOf(freshWallet());
      const { attestation } = await attest(service, lab, did);
      const path = `/v1/attestations/${attestation}/retract`;
      expectProblem(await write(service, other.access, path, {}), "NOT_FOUND", 404);
      expect((await write(service, lab.access, path, {})).status).toBe(201);
      const { body } = await get(service, `/v1/attestations/${attestation}`);
      expect(body.retracted).not.toBeNull();
      expectProblem(await write(service, lab.access, path, {}), "NOT_DELEGATED", 403);
    });
  });

  describe("a person's attestation", () => {
    test("is kept as unsolicited without a ground, and shown to its subject and its author alone", async () => {
      const [author, subject, stranger] = [await person(service), await person(service), await person(service)];
      const input = { organization: "", standing: "unsolicited", field, kind: "vouch", value: "1", restsOn: [] };
      const answer = await signed(service, author.wallet, subject.did, "ATTEST", input);
      expect(answer.status, answer.text).toBe(201);
      const attestation = answer.body.operation as string;
      expect(await listOf(subject.did)).toEqual([]);
      for (const who of [author, subject]) {
        const { token } = await signIn(service, who.wallet);
        expect((await get(service, `/v1/attestations/${attestation}`, { token })).status).toBe(200);
      }
      const { token } = await signIn(service, stranger.wallet);
      expectProblem(await get(service, `/v1/attestations/${attestation}`, { token }), "NOT_FOUND", 404);
      const { body } = await get(service, `/v1/documents/${answer.body.document}/operations`, { token });
      expect(body.items).toEqual([expect.objectContaining({ concealed: true })]);
      expect(body.items[0]).not.toHaveProperty("action");
      const { token: own } = await signIn(service, subject.wallet);
      expect(await listOf(subject.did, own)).toHaveLength(1);
    });

    test("is refused in another's name, and about oneself", async () => {
      const [author, subject] = [await person(service), await person(service)];
      const input = { organization: "", standing: "unsolicited", field, kind: "vouch", value: "1", restsOn: [] };
      expectProblem(await signed(service, author.wallet, author.did, "ATTEST", input), "FORBIDDEN", 403);
      const restsOn = [{ document: lab.document, operation: lab.clientOperation }];
      const inName = { ...input, organization: lab.document, standing: "organization", restsOn };
      expectProblem(await signed(service, author.wallet, subject.did, "ATTEST", inName), "FORBIDDEN");
    });

    test("is refused with a disclosure that it does not commit to", async () => {
      const [author, subject] = [await person(service), await person(service)];
      const { text, digest } = disclose("narrative", "Known for years.");
      const input = { organization: "", standing: "unsolicited", field, kind: "vouch", value: "1", restsOn: [] };
      const disclosures = [text];
      const loose = await signed(service, author.wallet, subject.did, "ATTEST", input, { disclosures });
      expectProblem(loose, "INVALID_INPUT");
      const bound = await signed(
        service,
        author.wallet,
        subject.did,
        "ATTEST",
        { ...input, _sd: [digest] },
        { disclosures },
      );
      expect(bound.status, bound.text).toBe(201);
      const { token } = await signIn(service, subject.wallet);
      expect(await listOf(subject.did, token)).toMatchObject([{ texts: { narrative: "Known for years." } }]);
    });
  });

  describe("a subject", () => {
    test("disputes what is attested, reads the answer, and cannot take it away", async () => {
      const subject = await person(service);
      const made = await attest(service, lab, subject.did);
      const ground = { attestation: made.attestation, restsOn: [groundOf(made)] };
      const dispute = await signed(service, subject.wallet, subject.did, "DISPUTE", ground);
      expect(dispute.status, dispute.text).toBe(201);
      const ends = [await entryOf(service, made)];
      const taken = await signed(service, subject.wallet, subject.did, "RETRACT", { ...ground, ends });
      expectProblem(taken, "FORBIDDEN", 403);
      const answer = { narrative: "We stand by it." };
      expect((await write(service, lab.access, `/v1/attestations/${made.attestation}/respond`, answer)).status).toBe(
        201,
      );
      const { body } = await get(service, `/v1/attestations/${made.attestation}`);
      expect(body).toMatchObject({
        dispute: { operation: dispute.body.operation },
        responses: [{ by: "attester", texts: answer }],
        retracted: null,
      });
    });

    test("is told what happened, the latest first, page by page", async () => {
      const subject = await person(service);
      const one = await attest(service, lab, subject.did);
      await attest(service, other, subject.did);
      await write(service, lab.access, `/v1/attestations/${one.attestation}/retract`, {});
      const { token } = await signIn(service, subject.wallet);
      const { body } = await get(service, "/v1/me/notices?limit=2", { token });
      expect(body.items.map(({ what }: { what: string }) => what)).toEqual(["retracted", "attested"]);
      const rest = await get(service, `/v1/me/notices?limit=2&after=${body.next}`, { token });
      expect(rest.body).toMatchObject({ items: [{ attestation: one.attestation }], next: null });
    });

    test("erases what is said in words: the log stands and audits, and it counts on", async () => {
      const subject = await person(service);
      const made = await attest(service, lab, subject.did, { narrative: "Very personal." });
      const stranger = await signIn(service);
      const path = `${subjectPath(subject.did)}/texts`;
      expectProblem(await remove(service, path, { token: stranger.token }), "FORBIDDEN", 403);
      const { token } = await signIn(service, subject.wallet);
      expect((await remove(service, path, { token })).status).toBe(204);
      expect(await listOf(subject.did)).toMatchObject([{ texts: "erased", value: "1" }]);
      const { body } = await get(service, `/v1/documents/${made.document}/audit`);
      expect(body.verdict).toBe("valid");
      await attest(service, lab, subject.did, { narrative: "Said later.", value: "0.5" });
      expect(await listOf(subject.did)).toMatchObject([{ texts: "erased" }, { texts: { narrative: "Said later." } }]);
    });

    test("erases words for good: whoever brings them again brings them in vain", async () => {
      const [author, subject] = [await person(service), await person(service)];
      const { text, digest } = disclose("narrative", "Said once.");
      const loose = { organization: "", standing: "unsolicited", field, kind: "vouch", value: "1", restsOn: [] };
      const bring = () =>
        signed(service, author.wallet, subject.did, "ATTEST", { ...loose, _sd: [digest] }, { disclosures: [text] });
      await bring();
      const { token } = await signIn(service, subject.wallet);
      expect(await listOf(subject.did, token)).toMatchObject([{ texts: { narrative: "Said once." } }]);
      expect((await remove(service, `${subjectPath(subject.did)}/texts`, { token })).status).toBe(204);
      expect((await bring()).status).toBe(201);
      expect(await listOf(subject.did, token)).toMatchObject([{ texts: "erased" }, { texts: "erased" }]);
    });

    test("hides what is attested from others, and shows it again", async () => {
      const subject = await person(service);
      const made = await attest(service, lab, subject.did);
      const evidence = { evidence: made.attestation };
      expect((await signed(service, subject.wallet, subject.did, "HIDE", evidence)).status).toBe(201);
      expect(await listOf(subject.did)).toEqual([]);
      expectProblem(await get(service, `/v1/attestations/${made.attestation}`), "NOT_FOUND", 404);
      await write(service, lab.access, `/v1/attestations/${made.attestation}/respond`, { narrative: "So it was." });
      const { body } = await get(service, `/v1/documents/${made.document}/operations`);
      const hidden = { kind: "renown/reputation", concealed: true };
      expect(body.items).toEqual(
        [0, 1, 2].map(() => ({ ...hidden, seq: expect.any(Number), digest: expect.any(String) })),
      );
      expect((await signed(service, subject.wallet, subject.did, "UNHIDE", evidence)).status).toBe(201);
      expect(await listOf(subject.did)).toHaveLength(1);
    });

    test("who has left is attested nothing any more", async () => {
      const subject = await person(service);
      await attest(service, lab, subject.did);
      expect((await signed(service, subject.wallet, subject.did, "CLOSE")).status).toBe(201);
      expectProblem(await tryAttest(service, lab, subject.did), "REVOKED");
    });
  });

  describe("a batch of attestations", () => {
    const send = (rows: readonly unknown[], token = lab.access) =>
      ask(service, "POST", "/v1/attestations:batch", {
        body: rows.map((row) => JSON.stringify(row)).join("\n"),
        token,
        headers: { "content-type": "application/x-ndjson" },
      });
    const linesOf = ({ text }: { text: string }) =>
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));

    test("answers a line for each row, and sent again attests nothing twice", async () => {
      const dids = Array.from({ length: 20 }, () => userOf(freshWallet()));
      const rows = dids.map((subject, i) => ({ key: `row-${i}`, subject, kind: "contribution", field, value: "1" }));
      const odd = [{ ...rows[0], key: "odd", field: "cooking" }, { subject: dids[0] }];
      const first = linesOf(await send([...rows, ...odd]));
      expect(first.slice(0, 20).every(({ attestation }) => typeof attestation === "string")).toBe(true);
      expect(first.slice(20)).toMatchObject([
        { line: 21, key: "odd", problem: { code: "INVALID_INPUT" } },
        { line: 22, key: null, problem: { code: "INVALID_REQUEST" } },
      ]);
      expect(linesOf(await send(rows))).toEqual(first.slice(0, 20));
      for (const did of dids.slice(0, 3)) expect(await listOf(did)).toHaveLength(1);
    });

    test("is refused to whoever may not attest", async () => {
      const { token } = await signIn(service);
      expectProblem(await send([], token), "FORBIDDEN", 403);
    });
  });

  describe("what follows from attestations", () => {
    test("is a score with its evidence, the same whoever asks and whatever the service runs on", async () => {
      const subject = await person(service);
      for (const by of [lab, other]) await attest(service, by, subject.did, { value: "0.5" });
      const { body, status } = await get(service, `${subjectPath(subject.did)}/scores/open-work?explain=full`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ score: "10.0", raters: 2, passes: false, uncertainty: { s: "10", n: "10" } });
      const shown = (body.lists.evidence.items as { rater: string; contribution: string }[]).map(
        ({ rater, contribution }) => [rater, contribution],
      );
      expect(shown).toEqual([
        [lab.document, "5"],
        [other.document, "5"],
      ]);
    });
  });
}
