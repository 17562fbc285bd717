import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { keepForQuestions } from "../../../src/storage/kept-answers.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { appendOf, chain, freshId, realm } from "../../contract/synthetic.ts";

describe("keepForQuestions", () => {
  /** A database of one number, which changes only with its version. */
  const numbered = () => {
    let version = 0;
    let asked = 0;
    const ask = async () => {
      asked++;
      return version;
    };
    return { ask, write: () => ++version, versionOf: async () => version, asked: () => asked };
  };

  it("asks once for a name, in one question and the next, while nothing is written", async () => {
    const { ask, asked, versionOf } = numbered();
    const begin = keepForQuestions(versionOf, 8);
    const first = await begin();
    await Promise.all([first("a", ask), first("a", ask), first("b", ask)]);
    await (await begin())("a", ask);
    expect(asked()).toBe(2);
  });

  it("tells a question nothing older than itself, though one that began before is answered later", async () => {
    const { ask, write, versionOf } = numbered();
    const begin = keepForQuestions(versionOf, 8);
    const early = await begin();
    await early("a", ask);
    write();
    const late = await begin();
    expect(await late("a", ask)).toBe(1);
    expect(await (await begin())("a", ask)).toBe(1);
  });

  it("keeps nothing of a question that was overtaken", async () => {
    const { write, versionOf } = numbered();
    const begin = keepForQuestions(versionOf, 8);
    const early = await begin();
    let tell: (answer: string) => void = () => {};
    const slow = early("a", () => new Promise<string>((resolve) => (tell = resolve)));
    write();
    const late = await begin();
    tell("old");
    expect(await slow).toBe("old");
    expect(await late("a", async () => "new")).toBe("new");
  });

  it("asks again for what no longer holds, and for what was not there", async () => {
    const { versionOf } = numbered();
    const begin = keepForQuestions(versionOf, 8);
    expect(await (await begin())("a", async () => 1)).toBe(1);
    expect(
      await (await begin())(
        "a",
        async () => 2,
        (answer) => answer > 1,
      ),
    ).toBe(2);
    expect(await (await begin())("b", async () => undefined)).toBeUndefined();
    expect(await (await begin())("b", async () => 3 as number | undefined)).toBe(3);
  });

  it("keeps no refusal, and no more answers than it may", async () => {
    const { ask, asked, versionOf } = numbered();
    const begin = keepForQuestions(versionOf, 2);
    const refuse = async (): Promise<number> => {
      throw new Error("no");
    };
    await expect((await begin())("a", refuse)).rejects.toThrow("no");
    for (const name of ["a", "b", "c", "a"]) await (await begin())(name, ask);
    expect(asked()).toBe(4);
  });

  it("keeps nothing beyond a question where nobody can tell what others write", async () => {
    const { ask, asked } = numbered();
    const begin = keepForQuestions(undefined, 8);
    const first = await begin();
    await Promise.all([first("a", ask), first("a", ask)]);
    await (await begin())("a", ask);
    expect(asked()).toBe(2);
  });

  it.each(["versionOfAll", "versionAtOnce"] as const)(
    "learns of what this process and another append, by %s",
    async (by) => {
      const folder = mkdtempSync(`${tmpdir()}/renown-questions-`);
      const [mine, theirs] = [0, 1].map(() => openSqlite({ file: `${folder}/renown.db`, realm }));
      const begin = keepForQuestions(mine!.reader[by], 8);
      const seen: number[] = [];
      const look = async () => seen.push(await (await begin())("seq", mine!.operations.lastSeq));
      await look();
      await mine!.operations.commit(appendOf(chain(freshId(), 1)));
      await look();
      await theirs!.operations.commit(appendOf(chain(freshId(), 1)));
      await look();
      expect(seen).toEqual([0, 1, 2]);
      await Promise.all([mine!.close(), theirs!.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  );
});
