import { createHash, createPrivateKey, sign } from "node:crypto";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { iso, type Millis } from "../../../src/kernel/time.ts";
import { appKey } from "../../harness.ts";
import keys from "../../keys.json" with { type: "json" };

const key = createPrivateKey({ key: keys.apps.first, format: "jwk" });

/** An action as Powerhouse's signers sign it: suite 1, by the first app key. */
export function firstSuite(
  action: { type: string; input: JsonObject; user: string; id?: string; scope?: string },
  now: Millis,
  prev = "",
) {
  const { type, input, user, id = crypto.randomUUID(), scope = "global" } = action;
  const content = createHash("sha256")
    .update(`${scope}${type}${JSON.stringify(input)}`)
    .digest("base64");
  const four = [String(Math.floor(now / 1000)), appKey.did, content, prev];
  const m = four.join("");
  const message = Buffer.from(`\x19Signed Operation:\n${m.length}${m}`);
  const signature = `0x${sign("sha256", message, { key, dsaEncoding: "ieee-p1363" }).toString("hex")}`;
  const [, , , chainId, address] = user.split(":");
  const named = { address, networkId: "eip155", chainId: Number(chainId) };
  const signer = { user: named, app: { name: "connect", key: appKey.did }, signatures: [[...four, signature]] };
  return { id, type, timestampUtcMs: iso(now), input, scope, context: { signer } };
}
