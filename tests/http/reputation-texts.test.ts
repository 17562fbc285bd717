import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { minute } from "../../src/kernel/time.ts";
import { signOperation } from "../../src/operations/sign.ts";
import type { Signer } from "../../src/operations/signature.ts";
import { discloseTexts } from "../../src/reputation/texts.ts";
import { appKey, otherKey, userOf } from "../harness.ts";
import { documentOf, field, person, signed, subjectPath } from "./attester.ts";
import { expectProblem, get, post, remove, signIn } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

let folder: string;
let service: LocalService;
let database: Database.Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "renown-texts-"));
  const file = join(folder, "texts.db");
  service = await startLocal({ file });
  database = new Database(file, { readonly: true });
});
afterAll(async () => {
  database.close();
  await service.close();
  rmSync(folder, { recursive: true });
});

const narrative = "private words";
const loose = { organization: "", field, kind: "review", value: "1", standing: "unsolicited", restsOn: [] };

/** An attestation with its words, signed and not sent yet. */
async function drafted(key: Signer = appKey) {
  const [subject, attester] = [await person(service), await person(service)];
  const opened = discloseTexts({ narrative });
  const words = { ...loose, _sd: opened.map(({ digest }) => digest) };
  const document = documentOf(service, subject.did);
  const input: JsonObject = { subject: subject.did, ...words };
  const intent = { document, kind: "renown/reputation", user: userOf(attester.wallet), type: "ATTEST", input };
  const { action } = await signOperation(intent, key, service.now());
  const disclosures = opened.map(({ text }) => text);
  const send = (operation: unknown = action) =>
    post(service, `${subjectPath(subject.did)}/operations`, { operation, disclosures });
  const { token } = await signIn(service, subject.wallet);
  return { subject, attester, document, action, words, disclosures, send, token };
}

async function made() {
  const draft = await drafted();
  const answer = await draft.send();
  expect(answer.status, answer.text).toBe(201);
  const path = `/v1/attestations/${answer.body.operation}`;
  const texts = async () => (await get(service, path, { token: draft.token })).body.texts;
  expect(await texts()).toEqual({ narrative });
  return { ...draft, path, texts };
}

/** Whether anything is kept of the texts of a document. */
const kept = (document: string) =>
  ["reputation_texts", "reputation_text_keys"].map(
    (table) =>
      database.prepare(`SELECT count(*) AS n FROM ${table} WHERE document = ?`).pluck().get(document) as number,
  );

describe("words that were erased", () => {
  test("do not come back with the request that brought them, sent again", async () => {
    const { subject, send, token, texts, document } = await made();
    service.clock.advance(minute);
    expect((await remove(service, `${subjectPath(subject.did)}/texts`, { token })).status).toBe(204);
    expect(await texts()).toBe("erased");
    expect((await send()).status).toBe(201);
    expect(await texts()).toBe("erased");
    expect(kept(document)).toEqual([0, 0]);
  });

  test("do not come back with another operation that commits to them", async () => {
    const { subject, words, disclosures, token, texts } = await made();
    const other = await person(service);
    expect((await remove(service, `${subjectPath(subject.did)}/texts`, { token })).status).toBe(204);
    const again = await signed(service, other.wallet, subject.did, "ATTEST", words, { disclosures });
    expect(again.status, again.text).toBe(201);
    expect(await texts()).toBe("erased");
    expect((await get(service, `/v1/attestations/${again.body.operation}`, { token })).body.texts).toBe("erased");
  });

  test("of one attestation do not come back either, and those of another stay", async () => {
    const { subject, attester, path, send, token, texts } = await made();
    const opened = discloseTexts({ narrative: "other words" });
    const words = { ...loose, _sd: opened.map(({ digest }) => digest) };
    const disclosures = opened.map(({ text }) => text);
    const other = await signed(service, attester.wallet, subject.did, "ATTEST", words, { disclosures });
    expect((await remove(service, `${path}/texts`, { token })).status).toBe(204);
    expect((await send()).status).toBe(201);
    expect(await texts()).toBe("erased");
    const { body } = await get(service, `/v1/attestations/${other.body.operation}`, { token });
    expect(body.texts).toEqual({ narrative: "other words" });
  });
});

describe("an operation that is refused", () => {
  test("takes nobody's words along that commit to the same", async () => {
    const { subject, attester, action, words, disclosures, send, texts, document } = await made();
    const junk = { ...action, id: crypto.randomUUID(), input: { _sd: words._sd } };
    expect((await send(junk)).status).toBeGreaterThanOrEqual(400);
    // Signed and proved, yet not taken: nobody attests in an organisation's name like this.
    const proved = { ...words, standing: "work" };
    const answer = await signed(service, attester.wallet, subject.did, "ATTEST", proved, { disclosures });
    expectProblem(answer, "INVALID_INPUT");
    expect(await texts()).toEqual({ narrative });
    expect(kept(document)).toEqual([1, 1]);
  });

  test("leaves neither words nor a key behind, whoever has signed it", async () => {
    const [forged, foreign, refused] = [await drafted(), await drafted(otherKey), await drafted()];
    expectProblem(await forged.send({ ...forged.action, id: crypto.randomUUID() }), "CONTENT_MISMATCH");
    expectProblem(await foreign.send(), "NOT_DELEGATED", 403);
    const { subject, attester, words, disclosures } = refused;
    const more = { ...words, standing: "work" };
    expectProblem(
      await signed(service, attester.wallet, subject.did, "ATTEST", more, { disclosures }),
      "INVALID_INPUT",
    );
    for (const { document } of [forged, foreign, refused]) expect(kept(document)).toEqual([0, 0]);
  });
});
