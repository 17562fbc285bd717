// Ten thousand awards in one request: each signed, admitted, on disk, and made in every form.
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { benchAcademy } from "../academy.ts";
import { figure, type Goal, type Options, type Result } from "../measure.ts";
import { inFolder, startOurs } from "../server.ts";

export function run({ quick }: Options): Promise<Result[]> {
  return inFolder(async (folder) => {
    const server = await startOurs(folder);
    const { service, academy, badgeClass } = await benchAcademy(server);
    const send = async (name: string, rows: number) => {
      const lines = Array.from({ length: rows }, (_, i) => row(`${name}-${i}`, badgeClass));
      const headers = { authorization: `Bearer ${academy.access}`, "content-type": "application/x-ndjson" };
      const request = { method: "POST", headers, body: lines.join("\n") };
      const [cpu, start] = [await server.cpu(), performance.now()];
      const answer = await service.fetch(`/v1/orgs/${academy.slug}/awards:batch`, request);
      const results = (await answer.text()).trim().split("\n");
      const seconds = (performance.now() - start) / 1000;
      const made = results.filter((line) => JSON.parse(line).award !== undefined).length;
      if (made !== rows) throw new Error(`${made} of ${rows} awards were made: ${results[0]}`);
      return { seconds, cpu: ((await server.cpu()) - cpu) / 1e6 };
    };
    await send("warm", 500);
    // What the compiler and the write-ahead log still do is not the request's.
    await pause(1000);
    const rows = quick ? 1000 : 10_000;
    const { seconds, cpu } = await send("counted", rows);
    const first = residentMegabytes(server.child.pid);
    await send("again", rows);
    const second = residentMegabytes(server.child.pid);
    await server.stop();
    const notes = [
      `${Math.round(rows / seconds)} awards a second; ${cpu.toFixed(1)} s of CPU, three keys, synchronous=FULL.`,
    ];
    const memory = [`${first.toFixed(0)} MB after the first ${rows}, ${second.toFixed(0)} MB after as many again.`];
    return [
      figure("awards", `s for ${rows}`, seconds, { of: "value", atMost: (15 * rows) / 10_000 }, notes),
      ...(first > 0 ? [figure("awards-memory", "times the memory", second / first, flat, memory)] : []),
    ];
  });
}

/** What the process holds does not follow from how many rows it was sent. */
const flat: Goal = { of: "value", atMost: 1.1 };

/** What a process holds in memory; 0 where the system does not tell. */
function residentMegabytes(pid: number | undefined): number {
  if (process.platform !== "linux") return 0;
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

function row(key: string, badgeClass: string): string {
  const address = Buffer.from(key.padEnd(20).slice(-20)).toString("hex");
  return JSON.stringify({ key, class: badgeClass, recipient: { did: `did:pkh:eip155:1:0x${address}` } });
}
