import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, totalmem } from "node:os";

export type Machine = {
  cpu: string;
  cores: number;
  memoryGB: number;
  platform: string;
  node: string;
  openssl: string;
  sqlite: string;
};

export async function describeMachine(): Promise<Machine> {
  const { default: Database } = await import("better-sqlite3");
  const database = new Database(":memory:");
  const sqlite = database.prepare<[], string>("SELECT sqlite_version()").pluck().get() ?? "";
  database.close();
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    openssl: process.versions.openssl,
    sqlite,
  };
}

/** What `openssl speed` says of verifying with P-256, where the command is there. */
export function opensslSpeed(): string | undefined {
  try {
    const output = execFileSync("openssl", ["speed", "-seconds", "1", "ecdsap256"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const version = execFileSync("openssl", ["version"], { encoding: "utf8" }).split(" ", 2).join(" ");
    const perSecond = Number(/ecdsa \(nistp256\).*?([\d.]+)\s*$/m.exec(output)?.[1]);
    return perSecond > 0 ? `openssl speed of ${version}: ${(1e6 / perSecond).toFixed(1)} µs` : undefined;
  } catch {
    return undefined;
  }
}
