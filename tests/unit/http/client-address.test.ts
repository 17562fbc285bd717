import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../src/http/client-address.ts";

describe("the client's address", () => {
  test("is the peer's where no proxy is trusted, whatever the header says", () => {
    expect(clientAddress("192.0.2.1", "198.51.100.7", 0)).toBe("192.0.2.1");
  });

  test("is what the last trusted proxy saw, never what was written before it", () => {
    const header = "203.0.113.9, 198.51.100.7, 192.0.2.8";
    expect(clientAddress("10.0.0.1", header, 1)).toBe("192.0.2.8");
    expect(clientAddress("10.0.0.1", header, 2)).toBe("198.51.100.7");
  });

  test("is the peer's where the header has fewer addresses than proxies, or none that can be read", () => {
    expect(clientAddress("10.0.0.1", "198.51.100.7", 2)).toBe("10.0.0.1");
    expect(clientAddress("10.0.0.1", undefined, 1)).toBe("10.0.0.1");
    expect(clientAddress("10.0.0.1", "unknown", 1)).toBe("10.0.0.1");
  });

  test.each([
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::ffff", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
  ])("of %s counts as %s", (address, counted) => {
    expect(clientAddress(address, undefined, 0)).toBe(counted);
  });
});
