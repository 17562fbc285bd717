import { beforeEach, describe, expect, test } from "vitest";
import { blockAt, callAt, type Node, openChains, readHex, readQuantity } from "../../../src/chain/rpc.ts";
import { Failure } from "../../../src/kernel/failure.ts";

type Answer = unknown | ((signal: AbortSignal) => Promise<Response>);

/** What stands in the web: what each endpoint answers to a method, and what was sent to it. */
let web: Record<string, Record<string, Answer>>;
let sent: string[];

beforeEach(() => {
  web = {};
  sent = [];
});

const answering: typeof fetch = async (input, init) => {
  const url = String(input);
  const { method, id } = JSON.parse(String(init?.body));
  sent.push(`${new URL(url).hostname} ${method}`);
  const answer = web[url]?.[method];
  if (answer === undefined) throw new TypeError("fetch failed");
  if (typeof answer === "function") return answer(init!.signal!);
  return Response.json({ jsonrpc: "2.0", id, ...(answer as object) });
};

const one = "https://one.example/key-that-nobody-sees";
const two = "https://two.example/another";
const genuine = { eth_chainId: { result: "0x1" } };
const hangs = (signal: AbortSignal) =>
  new Promise<Response>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const endless = async () => {
  const stream = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)) });
  return new Response(stream, { headers: { "content-type": "application/json" } });
};

function open(urls: string[], terms: { requestTime?: number; wholeTime?: number } = {}) {
  return openChains(new Map([[1, urls]]), { fetch: answering, ...terms });
}
const height = (node: Node) => node("eth_blockNumber", []);
const unanswered = expect.objectContaining({ code: "UNAVAILABLE", detail: "Chain 1 did not answer." });

describe("a question to a chain", () => {
  test("goes to the first endpoint, which is asked once whether it is of the chain", async () => {
    web = { [one]: { ...genuine, eth_blockNumber: { result: "0x7" } } };
    const chains = open([one, two]);
    expect(await chains.ask(1, height)).toBe("0x7");
    expect(await chains.ask(1, height)).toBe("0x7");
    expect(sent).toEqual(["one.example eth_chainId", "one.example eth_blockNumber", "one.example eth_blockNumber"]);
  });

  test.each<[string, Record<string, Answer>]>([
    ["cannot be reached", {}],
    ["is of another chain", { eth_chainId: { result: "0xa" }, eth_blockNumber: { result: "0x1" } }],
    [
      "says that it is too busy",
      { ...genuine, eth_blockNumber: { error: { code: -32005, message: "limit exceeded" } } },
    ],
    ["has an error", { ...genuine, eth_blockNumber: async () => new Response("no", { status: 503 }) }],
    ["sends elsewhere", { ...genuine, eth_blockNumber: async () => Response.redirect("https://evil.example", 307) }],
    ["answers with no JSON", { ...genuine, eth_blockNumber: async () => new Response("<html>") }],
    ["answers without end", { ...genuine, eth_blockNumber: endless }],
    ["does not answer in time", { ...genuine, eth_blockNumber: hangs }],
  ])("goes on to the next, without a second try, where one %s", async (_name, answers) => {
    web = { [one]: answers, [two]: { ...genuine, eth_blockNumber: { result: "0x8" } } };
    const chains = open([one, two], { requestTime: 50 });
    expect(await chains.ask(1, height)).toBe("0x8");
    const toOne = sent.filter((each) => each.startsWith("one"));
    expect(toOne.length).toBe(new Set(toOne).size);
    // What answered last is asked first.
    sent.length = 0;
    expect(await chains.ask(1, height)).toBe("0x8");
    expect(sent).toEqual(["two.example eth_blockNumber"]);
  });

  test("is put whole to one endpoint, so that its parts are of one state", async () => {
    web = {
      [one]: { ...genuine, eth_blockNumber: { result: "0x1" } },
      [two]: { ...genuine, eth_blockNumber: { result: "0x2" }, eth_gasPrice: { result: "0x2" } },
    };
    const both = async (node: Node) => [await node("eth_blockNumber", []), await node("eth_gasPrice", [])];
    expect(await open([one, two]).ask(1, both)).toEqual(["0x2", "0x2"]);
  });

  test("is refused where nobody answers, and the addresses, which carry keys, are not told", async () => {
    const refusal: Failure = await open([one, two])
      .ask(1, height)
      .then(
        () => expect.fail("It was answered."),
        (error) => error,
      );
    expect(refusal).toEqual(unanswered);
    expect(`${refusal.message} ${refusal.detail} ${refusal.stack}`).not.toContain("key-that-nobody-sees");
  });

  test("ends when its time is over, however many endpoints there are", async () => {
    web = { [one]: { ...genuine, eth_blockNumber: hangs }, [two]: { ...genuine, eth_blockNumber: hangs } };
    const before = performance.now();
    await expect(open([one, two], { requestTime: 5_000, wholeTime: 100 }).ask(1, height)).rejects.toThrow(unanswered);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(sent.filter((each) => each.startsWith("two"))).toEqual([]);
  });

  test("may refuse by itself, and then nobody else is asked", async () => {
    web = { [one]: genuine, [two]: genuine };
    const refuses = async () => Promise.reject(new Failure("QUOTA_EXCEEDED"));
    await expect(open([one, two]).ask(1, refuses)).rejects.toThrow(expect.objectContaining({ code: "QUOTA_EXCEEDED" }));
    expect(sent).toEqual(["one.example eth_chainId"]);
  });

  test("waits for nobody where too many are under way", async () => {
    web = { [one]: { ...genuine, eth_blockNumber: hangs } };
    const chains = open([one], { wholeTime: 100 });
    const waiting = Array.from({ length: 64 }, () => chains.ask(1, height).catch(() => "late"));
    await expect(chains.ask(1, height)).rejects.toThrow(
      expect.objectContaining({ code: "UNAVAILABLE", detail: expect.stringContaining("Too many") }),
    );
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["late"]));
    web[one]!.eth_blockNumber = { result: "0x9" };
    expect(await chains.ask(1, height)).toBe("0x9");
  });

  test("is not put where no endpoint is configured", async () => {
    const chains = open([one]);
    expect([chains.knows(1), chains.knows(2)]).toEqual([true, false]);
    await expect(chains.ask(2, height)).rejects.toThrow(expect.objectContaining({ code: "UNAVAILABLE" }));
  });
});

describe("a call", () => {
  const call = (node: Node) => callAt(node, { to: "0x01", data: "0x" }, "latest");
  const ask = async (answer: Answer) => {
    web = { [one]: { ...genuine, eth_call: answer } };
    return open([one]).ask(1, call);
  };

  test.each([
    ["reverts", { code: 3, message: "execution reverted: no", data: "0x" }],
    ["reverts, as other nodes say it", { code: -32000, message: "execution reverted" }],
    ["spends its gas", { code: -32000, message: "out of gas" }],
    ["spends its gas, as anvil says it", { code: -32003, message: "EVM error OutOfGas" }],
    ["runs into an invalid opcode", { code: -32015, message: "invalid opcode: INVALID" }],
  ])("that %s has no result", async (_name, error) => expect(await ask({ error })).toBeUndefined());

  test.each([
    ["has not got the block", { code: -32000, message: "header not found" }],
    ["has dropped the state", { code: -32000, message: "missing trie node 0f" }],
    ["has no time", { code: -32000, message: "execution aborted (timeout = 5s)" }],
    ["does not know blocks by their hash", { code: -32602, message: "invalid argument 1: cannot unmarshal object" }],
  ])("to a node that %s has no answer", async (_name, error) => {
    await expect(ask({ error })).rejects.toThrow(unanswered);
  });

  test("gives bytes in lower case", async () => expect(await ask({ result: "0xAB" })).toBe("0xab"));

  test("asks for a bounded amount of gas", async () => {
    let params: unknown[] = [];
    const node: Node = async (_method, given) => {
      params = [...given];
      return "0x";
    };
    await callAt(node, { data: "0x01" }, { blockHash: "0x02" });
    expect(params).toEqual([{ data: "0x01", gas: "0x989680" }, { blockHash: "0x02" }]);
  });
});

describe("what a node answers", () => {
  test.each([undefined, null, 7, "", "ab", "0xa", "0xgg", {}])("is refused as bytes where it is %j", (value) =>
    expect(() => readHex(value)).toThrow(),
  );
  test.each([undefined, null, 7, "7", "0x", "0xg", `0x${"f".repeat(16)}`])("is no number where it is %j", (value) =>
    expect(() => readQuantity(value)).toThrow(),
  );
  test.each([null, {}, { number: "0x1", timestamp: "0x1" }, { number: "0x1", hash: "0x12", timestamp: "0x1" }])(
    "is no block where it is %j",
    async (value) => {
      await expect(blockAt(async () => value, "latest")).rejects.toThrow();
    },
  );
});
