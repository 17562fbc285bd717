import { shippedPolicies } from "../reputation/shipped-policies.ts";

/** What the description of the API shows. Every example of a request is one that its route would read. */
const app = "did:key:zDnaevvCXbHpbyCpybTMZbPK6snWfAGxiLaDAx936DMa8XmwV";
const user = "did:pkh:eip155:1:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const document = "r1Qm9vIGlzIGEgZG9jdW1lbnQgdGhhdCBpcyBvcGVuZWQgaGU";
const statement = "I sign in to Renown with this account. This moves nothing and lets nobody act for me.";

const message = [
  "renown.example wants you to sign in with your Ethereum account:",
  "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
  "",
  statement,
  "",
  "URI: https://renown.example",
  "Version: 1",
  "Chain ID: 1",
  "Nonce: Zk3vQ9bT1xYw7LmN5pRs2DfG",
  "Issued At: 2026-11-20T12:00:00.000Z",
].join("\n");

const action = {
  id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  type: "SET_USERNAME",
  timestampUtcMs: "2026-11-20T12:00:00.000Z",
  input: { username: "ada" },
  scope: "global",
  context: {
    signer: {
      user: { address: "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", networkId: "eip155", chainId: 1 },
      app: { name: "connect", key: app },
      signatures: [["1795435200", app, `r2.${"A".repeat(43)}`, "", `0x${"0".repeat(128)}`]],
    },
  },
};

const create = { ...action, type: "CREATE_DOCUMENT", scope: "document", input: openingInput() };

const operationWithContext = {
  operation: { id: "0123456789abcdef0123456789abcdef", index: 0, skip: 0, hash: "", action },
  context: {
    documentId: document,
    documentType: "powerhouse/renown-user",
    scope: "global",
    branch: "main",
    ordinal: 1,
  },
};

export const examples = {
  app,
  user,
  document,
  statement,
  action,
  operationWithContext,
  nonceRequest: { purpose: "sign-in" },
  walletMessage: { message, signature: `0x${"0".repeat(130)}` },
  refresh: { refreshToken: "A".repeat(43) },
  opening: { create, operations: [action] },
  run: { operations: [action] },
  batch: { operations: [operationWithContext], require: ["full"] },
  policyCheck: { policy: shippedPolicies([])[0]!.policy, subjects: [user] },
  credential: { credential: "eyJhbGciOiJFUzI1NiIsInR5cCI6InZjK2p3dCJ9.e30.c2ln" },
} as const;

function openingInput() {
  return { model: "powerhouse/renown-user", version: 0, documentId: document };
}
