// A Worker that signs in again and again, by ours or by the usual stack; the time is taken outside.
import { makeKeys, ours, type Proof, viemWithJose } from "../signing-in.ts";

type Ways = { ours: (proof: Proof) => Promise<string>; usual: (proof: Proof) => Promise<string> };

let ways: Ways | undefined;

export default {
  async fetch(request: Request): Promise<Response> {
    const { way, proofs } = (await request.json()) as { way: keyof Ways; proofs: Proof[] };
    ways ??= await open();
    let length = 0;
    for (const proof of proofs) length += (await ways[way](proof)).length;
    return Response.json({ length });
  },
};

async function open(): Promise<Ways> {
  const keys = await makeKeys();
  return { ours: ours(keys), usual: await viemWithJose(keys) };
}
