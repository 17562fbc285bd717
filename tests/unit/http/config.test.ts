import { describe, expect, test } from "vitest";
import { ConfigError, readConfig, settings } from "../../../src/config.ts";
import type { Limits } from "../../../src/http/limits.ts";
import { makeServiceKeys } from "../../../src/identity/service-keys.ts";

function mistakes(environment: Record<string, string>, required: Parameters<typeof readConfig>[1] = []): string[] {
  try {
    readConfig(environment, required);
  } catch (error) {
    if (error instanceof ConfigError) return [...error.mistakes];
    throw error;
  }
  return [];
}

describe("the configuration", () => {
  test("needs nothing set", () => {
    expect(readConfig({})).toMatchObject({
      port: 8787,
      host: "localhost",
      origin: "http://localhost:8787",
      data: "./data",
      realm: "main",
      keys: undefined,
      operatorToken: undefined,
      maxDelegationLife: 90 * 24 * 3_600_000,
      allowPrivateDids: false,
      logLevel: "info",
    });
  });

  test("names whom its policy trusts first, or a mistake in that", () => {
    const [document, wallet] = [`r1${"a".repeat(43)}`, `did:pkh:eip155:1:0x${"a".repeat(40)}`];
    const seedsOf = (text: string) => readConfig({ RENOWN_TRUST_SEEDS: text }).trustSeeds;
    expect(readConfig({}).trustSeeds).toEqual([]);
    expect(seedsOf(`${document}, ${wallet}`)).toEqual([document, wallet]);
    for (const wrong of [
      "ada",
      wallet.toUpperCase(),
      `${document},${document}`,
      `did:pkh:eip155:9999999999:0x${"a".repeat(40)}`,
    ])
      expect(mistakes({ RENOWN_TRUST_SEEDS: wrong })).toEqual([expect.stringMatching(/^RENOWN_TRUST_SEEDS: It is/)]);
  });

  test("gives HTTP the limits that it asks for, each as listed", () => {
    const limits: Limits = readConfig({}).limits;
    expect(limits).toEqual({
      requests: { burst: 60, window: 10_000 },
      operations: { burst: 100_000, window: 60_000 },
      failures: { perAddress: 60, perKey: 10 },
      bytes: { body: 1_048_576, batch: 16_777_216, stream: 268_435_456 },
      trustedProxies: 0,
      rows: 10_000,
      bundle: 20_000,
    });
  });

  test("follows the port with its origin", () => {
    expect(readConfig({ PORT: "9000" }).origin).toBe("http://localhost:9000");
    expect(readConfig({ PORT: "0", RENOWN_ORIGIN: "http://localhost:1" }).port).toBe(0);
  });

  test("takes an empty value for none", () => {
    expect(readConfig({ PORT: "", RENOWN_REALM: " " })).toMatchObject({ port: 8787, realm: "main" });
  });

  test("reports every mistake at once, by name", () => {
    const found = mistakes(
      {
        PORT: "80a",
        HOST: "a b",
        RENOWN_ORIGIN: "http://renown.example",
        RENOWN_REALM: "Main",
        RENOWN_OPERATOR_TOKEN: "short",
        RENOWN_LOG_LEVEL: "loud",
        RENOWN_ALLOW_PRIVATE_DIDS: "yes",
        RENOWN_RATE_BURST: "0",
        RENOWN_MAX_DELEGATION_DAYS: "-1",
      },
      ["RENOWN_KEYS"],
    );
    expect(found.map((mistake) => mistake.split(/[: ]/)[0])).toEqual([
      "PORT",
      "HOST",
      "RENOWN_ORIGIN",
      "RENOWN_REALM",
      "RENOWN_KEYS",
      "RENOWN_OPERATOR_TOKEN",
      "RENOWN_MAX_DELEGATION_DAYS",
      "RENOWN_ALLOW_PRIVATE_DIDS",
      "RENOWN_LOG_LEVEL",
      "RENOWN_RATE_BURST",
    ]);
  });

  test("never tells a value back", () => {
    const secret = "a secret that is no token!";
    expect(mistakes({ RENOWN_OPERATOR_TOKEN: secret, RENOWN_KEYS: secret }).join()).not.toContain("secret that");
  });

  test.each([
    "https://renown.example",
    "https://renown.example:8443",
    "http://localhost:8787",
    "http://127.0.0.1:8787",
    "http://[::1]:8787",
  ])("takes the origin %s", (origin) => expect(readConfig({ RENOWN_ORIGIN: origin }).origin).toBe(origin));

  test.each([
    "renown.example",
    "http://renown.example",
    "http://localhost.example",
    "https://renown.example/",
    "https://renown.example/path",
    "https://renown.example?x",
    "https://user@renown.example",
    "https://Renown.example",
    "https://renown.example:443",
    "ftp://renown.example",
  ])("refuses the origin %s", (origin) =>
    expect(mistakes({ RENOWN_ORIGIN: origin })).toEqual([expect.stringMatching(/^RENOWN_ORIGIN: /)]),
  );

  test("demands an origin where the port is not known before", () => {
    expect(mistakes({ PORT: "0" })).toEqual(["RENOWN_ORIGIN must be set where PORT is 0."]);
  });

  test("reads keys, and names the member that is wrong", async () => {
    const keys = await makeServiceKeys(Date.UTC(2026, 10, 20));
    expect(readConfig({ RENOWN_KEYS: JSON.stringify(keys) }).keys).toEqual(keys);
    const spoilt = JSON.stringify({ ...keys, secret: "" });
    expect(mistakes({ RENOWN_KEYS: spoilt })).toEqual([
      expect.stringMatching(/^RENOWN_KEYS: secret is not base64url of 32 bytes\. .*`npm run -s keys:make`/),
    ]);
    expect(mistakes({ RENOWN_KEYS: "{" })).toEqual([
      expect.stringMatching(/^RENOWN_KEYS: It is no JSON\. .*`npm run -s keys:make`/),
    ]);
  });

  test("takes one endpoint or several for a chain, the preferred first", () => {
    const { chains } = readConfig({
      RENOWN_RPC_1: "https://one.example/key, https://two.example\n http://localhost:8545",
      RENOWN_RPC_8453: "https://base.example",
      RENOWN_RPC_10: " ",
    });
    expect([...chains]).toEqual([
      [1, ["https://one.example/key", "https://two.example", "http://localhost:8545"]],
      [8453, ["https://base.example"]],
    ]);
    expect(readConfig({}).chains.size).toBe(0);
  });

  test("takes http endpoints of other hosts where private addresses are allowed", () => {
    const environment = { RENOWN_RPC_1: "http://geth:8545" };
    expect(mistakes(environment)).toEqual([expect.stringMatching(/^RENOWN_RPC_1: .*https/)]);
    expect(mistakes({ ...environment, RENOWN_ALLOW_PRIVATE_DIDS: "true" })).toEqual([]);
  });

  test.each([
    ["RENOWN_RPC_mainnet", "https://one.example"],
    ["RENOWN_RPC_0", "https://one.example"],
    ["RENOWN_RPC_01", "https://one.example"],
    ["RENOWN_RPC_2147483648", "https://one.example"],
    ["RENOWN_RPC_1", "one.example/secret"],
    ["RENOWN_RPC_1", "wss://one.example/secret"],
    ["RENOWN_RPC_1", "https://one.example/secret http://two.example"],
    ["RENOWN_RPC_1", Array(5).fill("https://one.example/secret").join(",")],
  ])("reports %s=%s by name and never tells it back", (name, value) => {
    const [mistake, ...more] = mistakes({ [name]: value });
    expect(mistake).toMatch(new RegExp(`^${name}: `));
    expect(mistake).not.toContain("secret");
    expect(more).toEqual([]);
  });

  test("sends no mail unless both the server and the sender are set", () => {
    const both = {
      RENOWN_SMTP_URL: "smtp://ada:a%20secret@mail.example.org",
      RENOWN_MAIL_FROM: "Example Academy <badges@example.org>",
    };
    expect(readConfig({}).mail).toBeUndefined();
    expect(readConfig(both).mail).toEqual({
      host: "mail.example.org",
      port: 587,
      secure: false,
      login: { user: "ada", password: "a secret" },
      from: { name: "Example Academy", address: "badges@example.org" },
    });
    const { RENOWN_SMTP_URL, RENOWN_MAIL_FROM } = both;
    expect(mistakes({ RENOWN_SMTP_URL })).toEqual(["RENOWN_MAIL_FROM must be set where RENOWN_SMTP_URL is."]);
    expect(mistakes({ RENOWN_MAIL_FROM })).toEqual(["RENOWN_SMTP_URL must be set where RENOWN_MAIL_FROM is."]);
    const wrong = mistakes({ RENOWN_SMTP_URL: "http://a:secret@b", RENOWN_MAIL_FROM: "nobody" });
    expect(wrong.map((mistake) => mistake.split(":")[0])).toEqual(["RENOWN_SMTP_URL", "RENOWN_MAIL_FROM"]);
    expect(wrong.join()).not.toContain("secret");
  });

  test.each([
    ["RENOWN_TRUSTED_PROXY", "RENOWN_TRUSTED_PROXIES"],
    ["RENOWN_OPERATORTOKEN", "RENOWN_OPERATOR_TOKEN"],
    ["RENOWN_LOGLEVEL", "RENOWN_LOG_LEVEL"],
    ["RENOWN_PORT", "PORT"],
    ["RENOWN_RPC", "RENOWN_RPC_<chain>"],
  ])("names %s as no setting, with %s as the nearest, and never tells its value", (name, nearest) => {
    expect(mistakes({ [name]: "secret" })).toEqual([`${name} is no setting; the nearest name is ${nearest}.`]);
    expect(mistakes({ [name]: " " })).toEqual([]);
  });

  test.each(["RENOWN_FOO", "RENOWN_X", "RENOWN_POST", "RENOWN_TELEMETRY_ENDPOINT"])(
    "names %s as no setting, and none that is far from it",
    (name) => expect(mistakes({ [name]: "1" })).toEqual([`${name} is no setting; the README lists them all.`]),
  );

  test("lets variables be that begin alike and are known to be others'", () => {
    const links = {
      RENOWN_PORT: "tcp://10.0.0.7:8787",
      RENOWN_PORT_8787_TCP: "tcp://10.0.0.7:8787",
      RENOWN_PORT_8787_TCP_ADDR: "10.0.0.7",
      RENOWN_SERVICE_HOST: "10.0.0.7",
      RENOWN_SERVICE_PORT_HTTP: "8787",
      RENOWN_API_SERVICE_PORT: "8787",
    };
    expect(mistakes({ ...links, RENOWN_URL: "https://renown.example", RENOWN: "x", HOME: "/root" })).toEqual([]);
    expect(mistakes({ RENOWN_DATA: "./data", RENOWN_RPC_1: "https://one.example" })).toEqual([]);
  });

  test("lists every setting with what it is unless set and what it means", () => {
    for (const [name, { unset, means }] of Object.entries(settings)) {
      expect(name).toMatch(/^(PORT|HOST|RENOWN_[A-Z_]+|RENOWN_RPC_<chain>)$/);
      expect(unset).not.toBe("");
      expect(means).toMatch(/\.$/);
    }
  });
});
