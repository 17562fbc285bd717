import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { auditBundle } from "../../../src/operations/audit.ts";
import { makeBundle } from "../../../src/operations/bundle.ts";
import type { Receipt } from "../../../src/operations/receipt.ts";
import { profileKind } from "../../../src/profiles/profile.ts";
import { openHouse, operationKey } from "../../harness.ts";
import { testKinds } from "./test-kinds.ts";

const child = fileURLToPath(new URL("./kill-child.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "renown-kill-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Lets a process append until `lines` receipts were acknowledged, and kills it in the middle of whatever it does then. */
async function appendAndKill(file: string, lines: number): Promise<Receipt[]> {
  const running = spawn(process.execPath, [child, file], { stdio: ["ignore", "pipe", "inherit"] });
  const acknowledged: Receipt[] = [];
  const exit = once(running, "exit");
  for await (const line of createInterface({ input: running.stdout })) {
    const receipt = parse(line);
    if (receipt) acknowledged.push(receipt);
    if (acknowledged.length === lines) running.kill("SIGKILL");
  }
  expect(await exit).toEqual([null, "SIGKILL"]);
  return acknowledged;
}

/** The last line may have been cut by the kill. */
function parse(line: string): Receipt | undefined {
  try {
    return JSON.parse(line) as Receipt;
  } catch {
    return undefined;
  }
}

it("loses nothing that was acknowledged when the process is killed in the middle of appends", async () => {
  const file = join(folder, "renown.db");
  const acknowledged: Receipt[] = [];
  for (let round = 0; round < 3; round++) {
    acknowledged.push(...(await appendAndKill(file, randomInt(20, 400))));
    const house = openHouse(testKinds, { file });
    const last = await house.store.lastSeq();
    expect(last).toBeGreaterThanOrEqual(acknowledged.length);
    for (const receipt of acknowledged) {
      const entry = await house.store.entryAt(receipt.seq);
      expect(entry?.digest, `the receipt of ${receipt.seq} of ${last}`).toBe(receipt.entry);
      expect(entry?.operation).toBe(receipt.operation);
    }
    await auditAll(house, last);
    await house.close();
  }
});

/** Every log audits valid, the places have no gaps, and the house goes on. */
async function auditAll(house: ReturnType<typeof openHouse>, last: number): Promise<void> {
  const documents = new Set<string>();
  let seq = 0;
  for (;;) {
    const entries = await house.store.entriesAfter(seq, 500);
    for (const entry of entries) {
      expect(entry.seq).toBe(++seq);
      documents.add(entry.document);
    }
    if (entries.length < 500) break;
  }
  expect(seq).toBe(last);
  const service = { did: "did:web:localhost", operationKeys: [operationKey.did] };
  for (const document of documents) {
    const bundle = await makeBundle(house.store, document, {
      realm: house.realm,
      now: "2026-11-20T12:00:00.000Z",
      service,
    });
    const report = await auditBundle(bundle, { kinds: house.kinds, operationKeys: [operationKey.did] });
    expect(report.findings).toEqual([]);
    expect(report.verdict).toBe("valid");
    expect(report.state).toEqual(
      house.kinds.get(report.kind)!.view((await house.reactor.document(document)).state as never),
    );
  }
  const { document, action } = await house.opening(profileKind);
  const [receipt] = await house.reactor.open(action, profileKind, []);
  expect(receipt).toMatchObject({ document, seq: last + 1 });
}
