import { afterEach, beforeEach, expect, test } from "vitest";
import { hex } from "../../src/kernel/bytes.ts";
import { iso } from "../../src/kernel/time.ts";
import { appKey, otherKey, userOf } from "../harness.ts";
import { makeAward, makeClass } from "./academy.ts";
import { openAttester, signed } from "./attester.ts";
import { delegate, expectProblem, freshWallet, get, post, remove, siweText, type Wallet } from "./client.ts";
import { codesOf, getShared, holderOf, share, verify } from "./presentations.ts";
import { type LocalService, startLocal } from "./server.ts";

/** At one address stand two contracts of different owners, each of which says yes to a signature of its own. */
const yes: Record<number, string> = { 10: `0x${"ab".repeat(100)}`, 137: `0x${"cd".repeat(100)}` };

let service: LocalService;
beforeEach(async () => {
  service = await startLocal({
    parts: (clock) => ({
      contract: async ({ address, chainId }, digest, signature) => {
        if (`0x${hex(signature)}` !== yes[chainId]) return false;
        const block = { blockNumber: 1, blockHash: `0x${"11".repeat(32)}`, codeHash: `0x${"22".repeat(32)}` };
        return { method: "contract", chainId, address, digest: `0x${hex(digest)}`, ...block, checkedAt: iso(clock()) };
      },
    }),
  });
});
afterEach(() => service.close());

const on = (message: string, chain: number) => message.replace("Chain ID: 1\n", `Chain ID: ${chain}\n`);

async function signInOn(wallet: Wallet, chain: number) {
  const { body: nonce } = await post(service, "/v1/auth/nonce", { purpose: "sign-in" });
  const proof = { message: on(siweText(service, wallet, nonce), chain), signature: yes[chain] };
  const answer = await post(service, "/v1/auth/siwe", proof);
  expect(answer.status, answer.text).toBe(200);
  return { token: answer.body.accessToken as string };
}

async function delegateOn(wallet: Wallet, chain: number, app: string) {
  const until = iso(service.now() + 86_400_000);
  const asked = { purpose: "delegate", app, until, may: ["renown/reputation"] };
  const { body: nonce } = await post(service, "/v1/auth/nonce", asked);
  const terms = { ...nonce, until, resources: [app, "urn:renown:may:renown/reputation"] };
  const proof = { message: on(siweText(service, wallet, terms), chain), signature: yes[chain] };
  const answer = await post(service, "/v1/delegations", proof);
  expect(answer.status, answer.text).toBe(201);
}

async function badgesOf(did: string): Promise<{ badges: string[] }> {
  const lab = await openAttester(service);
  const { id } = await makeClass(service, lab, { name: "Parsers" });
  return { badges: [(await makeAward(service, lab, { class: id, recipient: { did } })).award] };
}

const listed = async (holder: { token: string }) =>
  (await get(service, "/v1/me/presentations", holder)).body.items.map(({ id }: { id: string }) => id) as string[];

test("a contract's presentations stay when another's at its address on another chain leaves, and go when it does", async () => {
  const wallet = freshWallet();
  const [here, there] = [userOf(wallet, 10), userOf(wallet, 137)];
  const [holder, other] = [await signInOn(wallet, 10), await signInOn(wallet, 137)];
  await delegateOn(wallet, 10, appKey.did);
  await delegateOn(wallet, 137, otherKey.did);
  const { id, jwt } = await share(service, holder, await badgesOf(here));
  expect([await listed(holder), await listed(other)]).toEqual([[id], []]);
  expectProblem(await remove(service, `/v1/me/presentations/${id}`, other), "NOT_FOUND", 404);
  const left = await signed(service, wallet, there, "CLOSE", {}, { user: there, key: otherKey });
  expect(left.status, left.text).toBe(201);
  await service.services.tidy();
  expect((await getShared(service, id)).text).toBe(jwt);
  service.clock.advance(90_000_000);
  expect(codesOf(await verify(service, jwt)).delegation).toBe("OK");
  await delegateOn(wallet, 10, appKey.did);
  expect((await signed(service, wallet, here, "CLOSE", {}, { user: here })).status).toBe(201);
  expectProblem(await getShared(service, id), "NOT_FOUND", 404);
});

test("an address with a key of its own has what it shares by contract on every chain", async () => {
  const wallet = freshWallet();
  await delegate(service, wallet, { may: ["renown/reputation"] });
  const byContract = await signInOn(wallet, 10);
  const { id } = await share(service, byContract, await badgesOf(userOf(wallet, 10)));
  const own = await holderOf(service, { wallet, did: userOf(wallet) });
  expect([await listed(byContract), await listed(own)]).toEqual([[id], [id]]);
  expect((await signed(service, wallet, own.did, "CLOSE")).status).toBe(201);
  expectProblem(await getShared(service, id), "NOT_FOUND", 404);
});
