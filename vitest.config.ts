import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Processes, not threads: the native addons (better-sqlite3, secp256k1) are made for one thread each.
    pool: "forks",
    maxWorkers: Math.min(8, Math.max(2, availableParallelism())),
    // A slow or busy machine is no failure; a test that hangs still ends.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
  },
});
