import { expect, test } from "vitest";
import { checkSubjectDid } from "../../../src/identity/subject-did.ts";

const address = `0x${"ab".repeat(20)}`;

test("a did:pkh of eip155 is taken as it is spelt here", () => {
  expect(() => checkSubjectDid(`did:pkh:eip155:1:${address}`)).not.toThrow();
});

test.each([
  ["is too short", "1:0xabc", "0x and 40 hex digits"],
  ["is too long", `1:${address}0`, "0x and 40 hex digits"],
  ["has no 0x", `1:${address.slice(2)}`, "0x and 40 hex digits"],
  ["has a letter that is no digit", `1:0x${"zz".repeat(20)}`, "0x and 40 hex digits"],
  ["is missing", "1", "0x and 40 hex digits"],
  ["is followed by more", `1:${address}:1`, "0x and 40 hex digits"],
  ["is on no chain", `0:${address}`, "a number from 1 to 2147483647"],
  ["is on a chain beyond the last", `2147483648:${address}`, "a number from 1 to 2147483647"],
  ["has letters of both cases", `1:0xAB${address.slice(4)}`, "in lower case"],
])("of one whose address %s, what is wrong is told", (_, account, told) => {
  const refused = expect.objectContaining({ code: "INVALID_DID", detail: expect.stringContaining(told) });
  expect(() => checkSubjectDid(`did:pkh:eip155:${account}`)).toThrow(refused);
});
