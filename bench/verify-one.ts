// What verifying one operation is, in every case and runtime.
import { operationDigest } from "../src/operations/entry.ts";
import { decidingTuple, parseOperation } from "../src/operations/operation.ts";
import { checkSignature, matchContent } from "../src/operations/signature.ts";
import type { Sent } from "./operations.ts";

/** Grammar, signature, digest and content recomputed: what binds one operation to its key, in the library's order. */
export function verifyOne({ operation, context }: Sent): boolean | Promise<boolean> {
  const place = { document: context.documentId, kind: context.documentType, branch: context.branch };
  const parsed = parseOperation(operation.action, place);
  const tuple = decidingTuple(parsed.action)!;
  const good = checkSignature(tuple);
  return matchContent(parsed, tuple, operationDigest(parsed)) === "full" && good;
}
