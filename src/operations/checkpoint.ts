import { z } from "zod";
import { ed25519Verifier } from "#primitives";
import { parseKeyDid } from "../identity/did.ts";
import { base64url, fromBase64url, utf8 } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { holdTo } from "../kernel/misfit.ts";
import { type Clock, iso } from "../kernel/time.ts";
import {
  type Checkpoint,
  type Consistency,
  checkpointText,
  consistencyProof,
  type Inclusion,
  inclusionProof,
  rootOf,
  type TreeReader,
} from "./log-tree.ts";
import type { OperationStore } from "./store.ts";

/** A checkpoint with the log key's Ed25519 signature over `checkpointText`, base64url. */
export type SignedCheckpoint = Checkpoint & { signature: string };

export type LogProofs = {
  /** The root over the whole log now, signed by the log key (`#log` of the DID document). */
  checkpoint(): Promise<SignedCheckpoint>;
  /** The audit path of an entry in the tree of a size, which is the log's unless given. INVALID_REQUEST */
  inclusion(seq: number, size?: number): Promise<Inclusion & { root: string }>;
  /** Shows that the log of `size` continues the one of `from`. INVALID_REQUEST */
  consistency(from: number, size?: number): Promise<Consistency>;
};

export type LogJwk = { kty: "OKP"; crv: "Ed25519"; x: string; d: string };

export type LogParts = { tree: TreeReader; store: OperationStore; realm: string; jwk: LogJwk; clock: Clock };

/** What can be proved of the log as a whole. */
export function openLogProofs({ tree, store, realm, jwk, clock }: LogParts): LogProofs {
  const sizeOf = async (asked: number | undefined) => {
    const held = await store.lastSeq();
    ensure(asked === undefined || asked <= held, "INVALID_REQUEST", `The log has ${held} entries.`);
    return asked ?? held;
  };
  return {
    checkpoint: async () => {
      const size = await store.lastSeq();
      return signCheckpoint({ realm, size, root: await rootOf(tree, size), time: iso(clock()) }, jwk);
    },
    inclusion: async (seq, asked) => {
      const size = await sizeOf(asked);
      return { seq, size, root: await rootOf(tree, size), path: await inclusionProof(tree, seq, size) };
    },
    consistency: async (from, asked) => {
      const size = await sizeOf(asked);
      return { from, size, path: await consistencyProof(tree, from, size) };
    },
  };
}

/** Reads what `GET /v1/log` answers. `root` is how a refusal speaks of it. INVALID_INPUT */
export function readCheckpoint(value: unknown, root: string): SignedCheckpoint {
  return holdTo(signedCheckpoint, value, "INVALID_INPUT", { root });
}

/** Whether a log key, a did:key of Ed25519, has signed a checkpoint. Refuses another key with INVALID_INPUT, INVALID_DID. */
export async function isSignedBy({ signature, ...checkpoint }: SignedCheckpoint, logKey: string): Promise<boolean> {
  ensure(typeof logKey === "string", "INVALID_DID", "The log key is a did:key.");
  const { type, key } = parseKeyDid(logKey);
  ensure(type === "Ed25519", "INVALID_INPUT", "A log key is of Ed25519.");
  const bytes = fromBase64url(signature);
  return bytes !== undefined && (await ed25519Verifier(key)(utf8(checkpointText(checkpoint)), bytes));
}

const signedCheckpoint = z.object({
  realm: z.string(),
  size: z.int().min(1),
  root: z.string(),
  time: z.string(),
  signature: z.string(),
});

async function signCheckpoint(checkpoint: Checkpoint, jwk: LogJwk): Promise<SignedCheckpoint> {
  const key = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["sign"]);
  const signature = await crypto.subtle.sign("Ed25519", key, utf8(checkpointText(checkpoint)));
  return { ...checkpoint, signature: base64url(new Uint8Array(signature)) };
}
