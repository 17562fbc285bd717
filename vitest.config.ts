import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // As Node resolves it: Vite would take another build of graphql for our own files than its other importers get.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/browser/chromium.ts"],
    // Processes, not threads: the native addons (better-sqlite3, secp256k1) are made for one thread each.
    pool: "forks",
    maxWorkers: Math.min(8, Math.max(2, availableParallelism())),
    // A slow or busy machine is no failure; a test that hangs still ends.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
  },
});
