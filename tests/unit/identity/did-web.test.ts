import type { LookupAddress } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { isLocalName, didWebFetcher as workerFetcher } from "../../../src/chain/did-web-fetch.ts";
import { didWebFetcher, maxDocument } from "../../../src/chain/did-web-node.ts";
import { isPublicAddress } from "../../../src/chain/public-address.ts";
import { resolveDid } from "../../../src/identity/resolve.ts";
import { certificate as cert, certificateKey as key } from "./certificate.ts";

const unreachable = expect.objectContaining({ code: "DID_UNREACHABLE" });
const loopback: LookupAddress[] = [{ address: "127.0.0.1", family: 4 }];

describe("an address is public", () => {
  test.each([
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001:81b::200e",
    "2620:fe::fe",
  ])("where it is %s", (address) => expect(isPublicAddress(address)).toBe(true));

  test.each([
    ["unspecified", "0.0.0.0"],
    ["this network", "0.1.2.3"],
    ["private, class A", "10.0.0.1"],
    ["shared by carriers", "100.64.0.1"],
    ["shared by carriers, the last", "100.127.255.255"],
    ["loopback", "127.0.0.1"],
    ["loopback, the last", "127.255.255.254"],
    ["the metadata of a cloud", "169.254.169.254"],
    ["private, class B", "172.16.0.1"],
    ["private, class B, the last", "172.31.255.255"],
    ["protocol assignments", "192.0.0.8"],
    ["documentation", "192.0.2.1"],
    ["6to4 relays", "192.88.99.1"],
    ["private, class C", "192.168.1.1"],
    ["benchmarks", "198.19.255.255"],
    ["documentation, the second", "198.51.100.1"],
    ["documentation, the third", "203.0.113.1"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["unspecified, IPv6", "::"],
    ["loopback, IPv6", "::1"],
    ["loopback, mapped", "::ffff:127.0.0.1"],
    ["loopback, mapped, in hex", "::ffff:7f00:1"],
    ["public, mapped", "::ffff:8.8.8.8"],
    ["compatible", "::7f00:1"],
    ["translated", "64:ff9b::7f00:1"],
    ["translated locally", "64:ff9b:1::1"],
    ["discarded", "100::1"],
    ["Teredo", "2001:0:4136:e378::1"],
    ["documentation, IPv6", "2001:db8::1"],
    ["6to4 of loopback", "2002:7f00:1::1"],
    ["documentation, the longer", "3fff::1"],
    ["unique local", "fd00::1"],
    ["link-local", "fe80::1"],
    ["link-local with a zone", "fe80::1%eth0"],
    ["site-local", "fec0::1"],
    ["multicast, IPv6", "ff02::1"],
    ["a name", "localhost"],
    ["a number", "2130706433"],
    ["hex", "0x7f000001"],
    ["octal", "0177.0.0.1"],
    ["nothing", ""],
  ])("and not where it is %s: %s", (_name, address) => expect(isPublicAddress(address)).toBe(false));
});

describe("on Node a document", () => {
  let server: http.Server | undefined;
  afterEach(() => new Promise((done) => (server ? server.close(done) : done(undefined))));

  /** Serves on a free port of this machine; the TLS name is did.example. */
  async function serve(answer: http.RequestListener, secure = true): Promise<string> {
    server = secure ? https.createServer({ cert, key }, answer) : http.createServer(answer);
    await new Promise<void>((done) => server!.listen(0, "127.0.0.1", done));
    return `${secure ? "did.example" : "localhost"}:${(server.address() as AddressInfo).port}`;
  }
  const trusting = { allowPrivate: true, ca: cert, lookup: async () => loopback };
  const json =
    (body: string): http.RequestListener =>
    (_request, response) => {
      response.setHeader("content-type", "application/did+json").end(body);
    };

  test("is fetched over TLS from the address that was looked up, under its own name", async () => {
    let asked: http.IncomingMessage | undefined;
    const host = await serve((request, response) => {
      asked = request;
      json("{}")(request, response as http.ServerResponse & { req: http.IncomingMessage });
    });
    const fetched = await didWebFetcher(trusting)(`https://${host}/.well-known/did.json`);
    expect(fetched).toEqual({ status: 200, contentType: "application/did+json", body: "{}" });
    expect(asked).toMatchObject({ method: "GET", url: "/.well-known/did.json", headers: { host } });
  });

  test("resolves from end to end", async () => {
    const host = await serve((_request, response) => {
      response.setHeader("content-type", "application/json").end(JSON.stringify({ id: did }));
    });
    const did = `did:web:${host.replace(":", "%3A")}:user:alice`;
    const { didDocument } = await resolveDid(did, { fetchDidWeb: didWebFetcher(trusting) });
    expect(didDocument).toEqual({ id: did });
  });

  test("is looked up once: the checked address is the one that is called", async () => {
    const host = await serve(json("{}"));
    let lookups = 0;
    const lookup = async () => {
      lookups += 1;
      return lookups === 1 ? loopback : [{ address: "10.255.255.1", family: 4 }];
    };
    expect((await didWebFetcher({ ...trusting, lookup })(`https://${host}/did.json`)).status).toBe(200);
    expect(lookups).toBe(1);
  });

  test.each([
    ["is private", [{ address: "127.0.0.1", family: 4 }]],
    [
      "is private beside a public one",
      [
        { address: "8.8.8.8", family: 4 },
        { address: "10.0.0.1", family: 4 },
      ],
    ],
    ["maps a private one into IPv6", [{ address: "::ffff:10.0.0.1", family: 6 }]],
    ["is missing", []],
  ])("is not fetched where an address %s", async (_name, addresses) => {
    const host = await serve(json("{}"));
    const fetcher = didWebFetcher({ ca: cert, lookup: async () => addresses });
    await expect(fetcher(`https://${host}/did.json`)).rejects.toThrow(unreachable);
  });

  test.each(["127.0.0.1", "[::1]", "8.8.8.8", "[2606:4700::1111]"])(
    "is not fetched from an address in place of a name: %s",
    async (host) => {
      const lookup = async () => {
        throw new Error("An address is not looked up.");
      };
      await expect(didWebFetcher({ lookup })(`https://${host}/did.json`)).rejects.toThrow(unreachable);
    },
  );

  test("is not fetched where the name cannot be looked up", async () => {
    const lookup = async () => {
      throw Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
    };
    await expect(didWebFetcher({ lookup })("https://a.example/did.json")).rejects.toThrow(unreachable);
  });

  test("is not fetched from a host whose certificate is another's, or signed by nobody", async () => {
    const host = await serve(json("{}"));
    const other = host.replace("did.example", "other.example");
    await expect(didWebFetcher(trusting)(`https://${other}/did.json`)).rejects.toThrow(unreachable);
    const { ca: _, ...distrusting } = trusting;
    await expect(didWebFetcher(distrusting)(`https://${host}/did.json`)).rejects.toThrow(unreachable);
  });

  test("is not fetched from where a redirect points", async () => {
    const host = await serve((_request, response) => {
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    expect((await didWebFetcher(trusting)(`https://${host}/did.json`)).status).toBe(302);
  });

  test("is read up to 64 KB", async () => {
    const length = (bytes: number) => json("a".repeat(bytes));
    let host = await serve(length(maxDocument));
    expect((await didWebFetcher(trusting)(`https://${host}/did.json`)).body).toHaveLength(maxDocument);
    server?.close();
    host = await serve(length(maxDocument + 1));
    await expect(didWebFetcher(trusting)(`https://${host}/did.json`)).rejects.toThrow(unreachable);
  });

  test("is not waited for without end", async () => {
    const host = await serve((_request, response) => void response.writeHead(200).write("{"));
    const fetcher = didWebFetcher({ ...trusting, time: 50 });
    await expect(fetcher(`https://${host}/did.json`)).rejects.toThrow(unreachable);
    const lookup = () => new Promise<LookupAddress[]>(() => {});
    await expect(didWebFetcher({ lookup, time: 50 })("https://a.example/did.json")).rejects.toThrow(unreachable);
    server?.closeAllConnections();
  });

  test("is fetched over http from this machine where that is allowed, and from nowhere else", async () => {
    const host = await serve(json("{}"), false);
    expect((await didWebFetcher({ allowPrivate: true })(`https://${host}/did.json`)).body).toBe("{}");
    await expect(didWebFetcher()(`https://${host}/did.json`)).rejects.toThrow(unreachable);
    const named = host.replace("localhost", "did.example");
    const fetcher = didWebFetcher({ allowPrivate: true, lookup: async () => loopback });
    await expect(fetcher(`https://${named}/did.json`)).rejects.toThrow(unreachable);
  });
});

describe("on Workers a document", () => {
  const asked: [string, RequestInit][] = [];
  const fetcher = (response: Response) =>
    workerFetcher(async (url, init) => {
      asked.push([url, init]);
      return response;
    });

  test("is fetched without following redirects", async () => {
    const response = new Response("{}", { headers: { "content-type": "application/did+json" } });
    const fetched = await fetcher(response)("https://a.example/did.json");
    expect(fetched).toEqual({ status: 200, contentType: "application/did+json", body: "{}" });
    expect(asked.at(-1)).toMatchObject(["https://a.example/did.json", { redirect: "manual" }]);
  });

  test("is read up to 64 KB, and as UTF-8 alone", async () => {
    const whole = await fetcher(new Response("a".repeat(maxDocument)))("https://a.example/did.json");
    expect(whole.body).toHaveLength(maxDocument);
    for (const body of ["a".repeat(maxDocument + 1), Uint8Array.of(0xff)])
      await expect(fetcher(new Response(body))("https://a.example/did.json")).rejects.toThrow(unreachable);
  });

  test("is not fetched where the call fails", async () => {
    const failing = workerFetcher(async () => {
      throw new TypeError("fetch failed");
    });
    await expect(failing("https://a.example/did.json")).rejects.toThrow(unreachable);
  });

  test.each([
    "localhost",
    "intranet",
    "a.localhost",
    "printer.local",
    "db.internal",
    "nas.home.arpa",
    "router.lan",
    "a.localdomain",
    "service.corp",
    "a.internal.",
    "127.0.0.1",
    "[::1]",
    "[2606:4700::1111]",
    "8.8.8.8",
  ])("is not fetched from %s", async (host) => {
    const calls = asked.length;
    await expect(fetcher(new Response("{}"))(`https://${host}/did.json`)).rejects.toThrow(unreachable);
    expect(asked).toHaveLength(calls);
  });

  test.each(["a.example", "local.example", "internal-a.example", "lan.example.org"])("may come from %s", (host) => {
    expect(isLocalName(host)).toBe(false);
  });
});
