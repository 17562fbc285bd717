import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { IssuedCredential } from "../../../src/credentials/issued.ts";
import type { Row } from "../../../src/operations/kind.ts";
import { credentialStore } from "../../../src/storage/credential-store.ts";
import type { Storage } from "../../../src/storage/database.ts";
import { keepAnswers } from "../../../src/storage/kept-answers.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import type { Reader, Statement } from "../../../src/storage/statement.ts";
import { appendOf, chain, freshId, realm } from "../../contract/synthetic.ts";

describe("keepAnswers", () => {
  const statement = (): Statement => ({ sql: "SELECT 1", params: [] });
  const counting = (version?: () => Promise<number>) => {
    let asked = 0;
    const reader: Reader = {
      rows: <R>() => [++asked] as R[],
      values: () => [],
      together: () => [],
      ...(version && { version }),
    };
    return { reader, asked: () => asked };
  };

  it("asks once for a name while nothing is written", async () => {
    const { reader, asked } = counting(async () => 1);
    const kept = keepAnswers(reader, 8, ([answer]: number[]) => answer);
    expect([await kept.ask("a", statement), await kept.ask("a", statement), await kept.ask("b", statement)]).toEqual([
      1, 1, 2,
    ]);
    expect(asked()).toBe(2);
  });

  it("asks again when something was written, and when it is told to forget", async () => {
    let version = 1;
    const kept = keepAnswers(counting(async () => version).reader, 8, ([answer]: number[]) => answer);
    const answers = [await kept.ask("a", statement)];
    version = 2;
    answers.push(await kept.ask("a", statement));
    kept.forget("a");
    answers.push(await kept.ask("a", statement));
    kept.forgetAll();
    answers.push(await kept.ask("a", statement));
    expect(answers).toEqual([1, 2, 3, 4]);
  });

  it("keeps nothing where nobody can tell what others write", async () => {
    const kept = keepAnswers(counting().reader, 8, ([answer]: number[]) => answer);
    expect([await kept.ask("a", statement), await kept.ask("a", statement)]).toEqual([1, 2]);
  });

  it("does not keep that something is not there", async () => {
    const { reader, asked } = counting(async () => 1);
    const kept = keepAnswers(reader, 8, () => undefined);
    expect([await kept.ask("a", statement), await kept.ask("a", statement)]).toEqual([undefined, undefined]);
    expect(asked()).toBe(2);
  });

  it("keeps no more answers than it may", async () => {
    const { reader, asked } = counting(async () => 1);
    const kept = keepAnswers(reader, 2, ([answer]: number[]) => answer);
    for (const name of ["a", "b", "c", "a"]) await kept.ask(name, statement);
    expect(asked()).toBe(4);
  });
});

describe("what a SQLite file is asked", () => {
  const user = "did:pkh:eip155:1:0x1111111111111111111111111111111111111111";
  const app = "did:key:zDn";
  let folder: string;
  let mine: Storage;
  let theirs: Storage;
  beforeEach(() => {
    folder = mkdtempSync(`${tmpdir()}/renown-kept-`);
    const file = `${folder}/renown.db`;
    [mine, theirs] = [openSqlite({ file, realm }), openSqlite({ file, realm })];
  });
  afterEach(async () => {
    await Promise.all([mine.close(), theirs.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const delegationRow = (document: string, entry: string, expiresAt: number): Row => ({
    table: "delegations",
    key: { document },
    set: {
      entry,
      subject: user,
      address: user.slice(-42),
      app,
      kind: "wallet",
      label: "",
      method: "recovery",
      limits: "null",
      granted_seq: 1,
      granted_at: 1,
      expires_at: expiresAt,
    },
  });
  const lives = async (storage: Storage) =>
    (await storage.operations.delegationsOf(user, app)).map(({ expiresAt }) => expiresAt);

  it("names the head that this process or another wrote last", async () => {
    const document = freshId();
    const [first, second, third] = chain(document, 3);
    expect(await mine.operations.headOf(document)).toBe("");
    await mine.operations.commit(appendOf([first!]));
    expect(await mine.operations.headOf(document)).toBe(first!.digest);
    await theirs.operations.commit(appendOf([second!]));
    expect(await mine.operations.headOf(document)).toBe(second!.digest);
    await mine.operations.commit(appendOf([third!]));
    expect([await mine.operations.headOf(document), await theirs.operations.headOf(document)]).toEqual([
      third!.digest,
      third!.digest,
    ]);
  });

  it("tells of delegations what was written last, here, elsewhere and in a rebuild", async () => {
    const document = freshId();
    const [first, second] = chain(document, 2);
    expect(await lives(mine)).toEqual([]);
    const append = (entry: typeof first, expires: number) =>
      appendOf([entry!], { rows: [delegationRow(document, entry!.digest, expires)] });
    await mine.operations.commit(append(first, 100));
    expect(await lives(mine)).toEqual([100]);
    await theirs.operations.commit(append(second, 200));
    expect([await lives(mine), await lives(theirs)]).toEqual([[200], [200]]);
    await mine.readModels.clear();
    expect([await lives(mine), await lives(theirs)]).toEqual([[], []]);
    const entry = (await mine.operations.entryAt(2))!;
    await mine.readModels.replay([
      { entry, projection: { rows: [delegationRow(document, entry.digest, 300)], claims: [] } },
    ]);
    expect([await lives(mine), await lives(theirs)]).toEqual([[300], [300]]);
  });

  it("keeps a delegation while operations are appended that change none", async () => {
    const [granting, other] = [freshId(), freshId()];
    const [grant] = chain(granting, 1);
    await mine.operations.commit(appendOf([grant!], { rows: [delegationRow(granting, grant!.digest, 100)] }));
    const before = await mine.operations.delegationsOf(user, app);
    await mine.operations.commit(appendOf(chain(other, 1)));
    expect(await mine.operations.delegationsOf(user, app)).toBe(before);
  });

  const list = { id: "list", purpose: "revocation", size: 131_072, createdAt: 1 };
  const credential: IssuedCredential = {
    id: freshId(),
    subject: user,
    type: "RenownIdentityCredential",
    jwt: "eyJ.eyJ.sig",
    issuedAt: 1,
    expiresAt: 2,
    statusList: list.id,
    statusIndex: 7,
  };

  it("tells of a credential that it was revoked, by whichever process", async () => {
    const [here, there] = [credentialStore(mine), credentialStore(theirs)];
    const second = { ...credential, id: freshId(), statusIndex: 8 };
    await here.insertList(list);
    for (const each of [credential, second]) await here.insert(each);
    expect(await here.find(credential.id)).toEqual(credential);
    const revisions = [await here.revisionOf(list.id)];
    await there.revoke(credential.id, user, 3);
    expect(await here.find(credential.id)).toMatchObject({ revokedAt: 3 });
    revisions.push(await here.revisionOf(list.id));
    expect(await here.find(second.id)).toEqual(second);
    await here.revoke(second.id, user, 4);
    expect(await here.find(second.id)).toMatchObject({ revokedAt: 4 });
    revisions.push(await here.revisionOf(list.id));
    expect(new Set(revisions).size).toBe(3);
  });

  it("answers nothing older than the question, however many ask in one turn", async () => {
    const store = credentialStore(mine);
    await store.insertList(list);
    await store.insert(credential);
    await store.find(credential.id);
    const other = new Database(`${folder}/renown.db`);
    const early = store.find(credential.id);
    other.prepare("UPDATE issued_credentials SET revoked_at = 3, revoked_by = ? WHERE id = ?").run(user, credential.id);
    const late = store.find(credential.id);
    other.close();
    await early;
    expect(await late).toMatchObject({ revokedAt: 3 });
  });
});
