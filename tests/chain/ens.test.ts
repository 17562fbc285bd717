import { type Hex, toHex } from "viem";
import { packetToBytes } from "viem/ens";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ensNames } from "../../src/chain/ens.ts";
import { openChains } from "../../src/chain/rpc.ts";
import { hour, minute } from "../../src/kernel/time.ts";
import { testClock } from "../harness.ts";
import { type Evm, hasEvm, heir, owner, startEvm } from "./evm.ts";

const address = owner.address.toLowerCase();

describe.skipIf(!hasEvm)("a name of ENS", () => {
  let evm: Evm;
  let resolver: Hex;
  let clock: ReturnType<typeof testClock>;
  let answers: boolean;
  let calls: number;
  let names: NonNullable<ReturnType<typeof ensNames>>;

  beforeAll(async () => {
    evm = await startEvm(1);
  });
  afterAll(() => evm?.close());
  beforeEach(async () => {
    resolver = await evm.deploy("Names");
    clock = testClock();
    answers = true;
    calls = 0;
    const through: typeof fetch = (input, init) => {
      if (JSON.parse(String(init?.body)).method === "eth_call") calls++;
      return answers ? fetch(input, init) : Promise.reject(new TypeError("fetch failed"));
    };
    const chains = openChains(new Map([[1, [evm.url]]]), { fetch: through });
    names = ensNames(chains, clock.now, { chainId: 1, resolver })!;
  });

  const setPrimary = (of: string, name: string) => evm.send("Names", resolver, "setPrimary", [of, name]);
  const setOwner = (name: string, to: string) =>
    evm.send("Names", resolver, "setOwner", [toHex(packetToBytes(name)), to]);

  test("is that of an address where each leads to the other", async () => {
    await setPrimary(owner.address, "alice.eth");
    await setOwner("alice.eth", owner.address);
    expect(await names.nameOf(owner.address)).toBe("alice.eth");
    expect(await names.nameOf(address)).toBe("alice.eth");
    expect(await names.nameOf(heir.address)).toBeUndefined();
  });

  test("is not that of an address that only calls itself so", async () => {
    await setPrimary(owner.address, "vitalik.eth");
    expect(await names.nameOf(address)).toBeUndefined();
    await setOwner("vitalik.eth", heir.address);
    clock.advance(hour);
    expect(await names.nameOf(address)).toBeUndefined();
  });

  test.each(["Alice.eth", "al\u200bice.eth", "alice..eth", "alice", "", " alice.eth", `${"a".repeat(252)}.eth`])(
    "is none where it is spelt %j",
    async (name) => {
      await setPrimary(owner.address, name);
      await setOwner("alice.eth", owner.address);
      expect(await names.nameOf(address)).toBeUndefined();
    },
  );

  test("is not looked for off the chain", async () => {
    await setPrimary(owner.address, "away.eth");
    await setOwner("away.eth", `0x${"00".repeat(19)}01`);
    expect(await names.nameOf(address)).toBeUndefined();
    expect(await names.provesName("away.eth", `0x${"00".repeat(19)}01`)).toBe(false);
  });

  test("goes to whoever proves it, however it is written", async () => {
    await setOwner("alice.eth", owner.address);
    expect(await names.provesName("alice.eth", address)).toBe(true);
    expect(await names.provesName("ALICE.eth", owner.address)).toBe(true);
    expect(await names.provesName("alice.eth", heir.address)).toBe(false);
    expect(await names.provesName("bob.eth", address)).toBe(false);
    for (const no of ["al ice.eth", "", "a".repeat(300), "xn--.eth"])
      expect(await names.provesName(no, address)).toBe(false);
  });

  test("is kept for an hour, also that there is none", async () => {
    await setPrimary(owner.address, "alice.eth");
    await setOwner("alice.eth", owner.address);
    await names.nameOf(address);
    await names.nameOf(heir.address);
    const before = calls;
    await setOwner("alice.eth", heir.address);
    clock.advance(hour - 1);
    expect(await names.nameOf(address)).toBe("alice.eth");
    expect(await names.provesName("alice.eth", address)).toBe(true);
    expect(await names.nameOf(heir.address)).toBeUndefined();
    expect(calls).toBe(before);
    clock.advance(1);
    expect(await names.nameOf(address)).toBeUndefined();
    expect(await names.provesName("alice.eth", address)).toBe(false);
  });

  test("is none while the chain does not answer, which is asked again after a minute", async () => {
    await setPrimary(owner.address, "alice.eth");
    await setOwner("alice.eth", owner.address);
    answers = false;
    expect(await names.nameOf(address)).toBeUndefined();
    expect(await names.provesName("alice.eth", address)).toBe(false);
    answers = true;
    expect(await names.nameOf(address)).toBeUndefined();
    clock.advance(minute);
    expect(await names.nameOf(address)).toBe("alice.eth");
    expect(await names.provesName("alice.eth", address)).toBe(true);
  });

  test("is none where the resolver is something else", async () => {
    const chains = openChains(new Map([[1, [evm.url]]]));
    for (const other of [await evm.deploy("Wallet", [owner.address]), await evm.deploy("Strange", [5]), heir.address])
      expect(await ensNames(chains, clock.now, { chainId: 1, resolver: other })!.nameOf(address)).toBeUndefined();
  });
});

test("without mainnet there are no names", () => {
  expect(ensNames(openChains(new Map([[10, ["https://ten.example"]]])), () => 0)).toBeUndefined();
});
