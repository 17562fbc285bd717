import { describe, expect, test } from "vitest";
import { day, hour, iso, minute } from "../../../src/kernel/time.ts";
import { maxClients, maxKeys, maxMembers, organization } from "../../../src/organizations/organization.ts";
import type { Organization } from "../../../src/organizations/organization-state.ts";
import { rightOf } from "../../../src/organizations/rights.ts";
import { given, noon } from "../given.ts";
import {
  academy,
  act,
  addClient,
  addKey,
  ann,
  appKey,
  bea,
  by,
  cai,
  clientId,
  dan,
  init,
  leave,
  member,
  newKey,
  noPoint,
  record,
  retire,
  service,
  setDomain,
  unopened,
  wallet,
} from "./given-organization.ts";

describe("an organisation is opened", () => {
  test("by the wallet that becomes its owner, under a slug that is claimed for ever", async () => {
    const { projection, entry } = await unopened()
      .when(init({ url: "https://example.edu/", email: "office@example.edu", description: "Two\nlines" }))
      .then({ slug: "example-academy", name: "Example Academy", members: [{ user: ann, role: "owner" }] });
    expect(projection.claims).toEqual([
      {
        space: "organization",
        key: "example-academy",
        holder: entry.document,
        until: null,
        refusal: "NAME_TAKEN",
      },
    ]);
    expect(rightOf(entry)).toEqual({
      organization: entry.document,
      entry: entry.digest,
      member: ann,
      role: "owner",
    });
  });

  test("by nobody else, by no key alone and by no service", async () => {
    await unopened().when(init({}, bea)).then("FORBIDDEN");
    await unopened().when(init({}, service)).then("FORBIDDEN");
    await given(organization, [], { user: "", app: appKey }).when(init({}, service)).then("FORBIDDEN");
    await unopened()
      .when(init({}, by(ann, { limits: "unsaid" })))
      .then("NOT_PERMITTED");
    await unopened()
      .when(init({}, by(ann, { binding: "attested", by: "session" })))
      .then("BINDING_NOT_TAKEN");
    await unopened()
      .when(init({}, by(ann, { binding: "content" })))
      .then("BINDING_NOT_TAKEN");
  });

  test("once, and before anything else", async () => {
    await academy()
      .when(init({ slug: "another" }))
      .then("ALREADY_INITIALIZED");
    await unopened().when(member(bea, "admin")).then("NOT_INITIALIZED");
    await unopened().when(record({})).then("NOT_INITIALIZED");
  });

  test.each(["abc", "a-b", `a${"9".repeat(39)}`, "a--"])("under the slug %s", async (slug) => {
    await unopened().when(init({ slug })).then({ slug });
  });

  test.each(["ab", "1abc", "-abc", "Abc", "a_b", "äbc", "a.b", `a${"9".repeat(40)}`, "abc\n"])(
    "under no slug like %j",
    async (slug) => {
      await unopened().when(init({ slug })).then("INVALID_INPUT");
    },
  );

  test.each([
    { name: "" },
    { name: " Academy" },
    { name: "Two\nlines" },
    { name: "x".repeat(201) },
    { name: "Right\u202eleft" },
    { description: "x".repeat(2001) },
    { description: "bell \u0007" },
    { url: "http://example.edu/" },
    { url: "javascript:alert(1)" },
    { url: "https://user:secret@example.edu/" },
    { url: `https://example.edu/${"x".repeat(2048)}` },
    { email: "nobody" },
    { email: "a@b>c" },
    { image: "data:image/png;base64,AA==" },
    { other: "member" },
  ])("with no profile like %j", async (more) => {
    await unopened().when(init(more)).then("INVALID_INPUT");
  });

  test("and its profile is replaced as a whole by owners and admins", async () => {
    const change = act("SET_PROFILE", { name: "New Name", image: "ipfs://bafy/logo.png" }, bea);
    await academy(member(bea, "admin"))
      .when(change)
      .then({ name: "New Name", url: null, image: "ipfs://bafy/logo.png" });
    for (const role of ["issuer", "arbiter", "viewer"]) await academy(member(bea, role)).when(change).then("FORBIDDEN");
    await academy().when(change).then("FORBIDDEN");
  });
});

describe("members", () => {
  test("get any role from an owner, and lower ones from an admin", async () => {
    for (const role of ["owner", "admin", "issuer", "arbiter", "viewer"]) {
      const { entry } = await academy()
        .when(member(bea, role))
        .then({
          members: [
            { user: ann, role: "owner" },
            { user: bea, role },
          ],
        });
      expect(rightOf(entry)).toMatchObject({ member: bea, role });
    }
    const withAdmin = academy(member(bea, "admin"));
    for (const role of ["issuer", "arbiter", "viewer"]) await withAdmin.when(member(cai, role, bea)).then({});
    for (const role of ["owner", "admin"]) await withAdmin.when(member(cai, role, bea)).then("FORBIDDEN");
  });

  test("who are owners or admins are changed and removed by owners alone", async () => {
    const three = academy(member(bea, "admin"), member(cai, "admin"), member(dan, "owner"));
    await three.when(member(cai, "viewer", bea)).then("FORBIDDEN");
    await three.when(member(bea, "viewer", bea)).then("FORBIDDEN");
    await three.when(member(ann, "issuer", bea)).then("FORBIDDEN");
    await three.when(leave(cai, bea)).then("FORBIDDEN");
    await three.when(leave(ann, bea)).then("FORBIDDEN");
    await three.when(leave(cai, ann)).then({});
    await three.when(leave(ann, dan)).then({});
  });

  test("below do nothing but leave", async () => {
    for (const role of ["issuer", "arbiter", "viewer"]) {
      const one = academy(member(bea, role), member(cai, "viewer"));
      await one.when(leave(bea, bea)).then({ members: [{ user: ann }, { user: cai }] });
      await one.when(leave(cai, bea)).then("FORBIDDEN");
      await one.when(member(dan, "viewer", bea)).then("FORBIDDEN");
      await one.when(addKey(newKey("P-256"), bea)).then("FORBIDDEN");
      await one.when(addClient(1, {}, bea)).then("FORBIDDEN");
      await one.when(setDomain("example.edu", bea)).then("FORBIDDEN");
    }
    await academy(member(bea, "admin")).when(leave(bea, bea)).then({});
  });

  test("who are strangers, or are so no longer, do nothing", async () => {
    await academy().when(leave(bea, bea)).then("FORBIDDEN");
    await academy(member(bea, "admin"), leave(bea))
      .when(member(cai, "viewer", bea))
      .then("FORBIDDEN");
    await academy().when(leave(bea)).then("INVALID_INPUT");
    await academy(member(bea, "admin")).when(member(bea, "admin")).then("ALREADY_SET");
  });

  test("lose no last owner", async () => {
    await academy(member(bea, "admin")).when(leave(ann)).then("FORBIDDEN");
    await academy(member(bea, "admin")).when(member(ann, "admin")).then("FORBIDDEN");
    await academy(member(bea, "owner"))
      .when(leave(ann))
      .then({ members: [{ user: bea, role: "owner" }] });
    await academy(member(bea, "owner"), member(ann, "viewer")).when(leave(bea, bea)).then("FORBIDDEN");
  });

  test("are wallets on every chain by recovery, and on their own one by contract", async () => {
    const elsewhere = member(bea, "viewer", by(wallet("a", 137)));
    await academy().when(elsewhere).then({});
    await academy()
      .when({ ...elsewhere, by: by(wallet("a", 137), { method: "contract" }) })
      .then("FORBIDDEN");
    await academy()
      .when({ ...elsewhere, by: by(ann, { method: "contract" }) })
      .then({});
    const contract = by(wallet("b", 137), { method: "contract" });
    await academy(member(bea, "viewer")).when(leave(bea, contract)).then("FORBIDDEN");
  });

  test("count with the strongest role that their wallet has", async () => {
    await academy(member(bea, "viewer"), member(wallet("b", 10), "admin"))
      .when(member(cai, "viewer", bea))
      .then({});
  });

  test("are named as DIDs are spelt here", async () => {
    for (const user of [ann.toUpperCase(), "did:pkh:eip155:1:0x12", "did:web:example.edu", ""])
      await academy().when(member(user, "viewer")).then("INVALID_INPUT");
    await academy().when(member(bea, "king")).then("INVALID_INPUT");
  });

  test("are a thousand at most", async () => {
    const many = Array.from({ length: maxMembers - 1 }, (_, i) => ({
      user: `did:pkh:eip155:1:0x${i.toString(16).padStart(40, "0")}`,
      role: "viewer" as const,
      entry: "e",
      operation: "o",
      since: iso(noon),
    }));
    const { state } = await academy().when(setDomain("example.edu")).then({});
    const full: Organization = { ...state, members: [...state.members, ...many] };
    const crowded = { ...organization, initial: () => full };
    await given(crowded).when(member(bea, "viewer")).then("QUOTA_EXCEEDED");
    await given(crowded).when(member(many[7]!.user, "issuer")).then({});
  });
});

describe("keys", () => {
  const [first, second, third] = [newKey("P-256"), newKey("Ed25519"), newKey("secp256k1")];

  test("of three types are in use beside each other", async () => {
    const { entry } = await academy(addKey(first), addKey(second))
      .when(addKey(third))
      .then({
        keys: [
          { key: first, type: "P-256", retiredAt: null },
          { key: second, type: "Ed25519", retiredAt: null },
          { key: third, type: "secp256k1", retiredAt: null },
        ],
      });
    expect(rightOf(entry)).toEqual({ organization: entry.document, entry: entry.digest, key: third });
  });

  test("of one type follow each other, and the earlier one stays in the history", async () => {
    const next = newKey("P-256");
    await academy(addKey(first), addKey(second))
      .when(addKey(next, ann, noon + hour))
      .then({
        keys: [
          { key: first, retiredAt: iso(noon + hour) },
          { key: second, retiredAt: null },
          { key: next, retiredAt: null },
        ],
      });
  });

  test("that stand there do not come again", async () => {
    await academy(addKey(first)).when(addKey(first)).then("ALREADY_SET");
    await academy(addKey(first), retire(first)).when(addKey(first)).then("REVOKED");
  });

  test("are retired once, and said to be compromised once", async () => {
    await academy(addKey(first))
      .when(retire(first))
      .then({ keys: [{ retiredAt: iso(noon), compromisedFrom: null }] });
    const from = noon - day;
    await academy(addKey(first), retire(first))
      .when(retire(first, from, ann, noon + hour))
      .then({ keys: [{ retiredAt: iso(noon), compromisedFrom: iso(from) }] });
    await academy(addKey(first), retire(first)).when(retire(first)).then("ALREADY_REVOKED");
    await academy(addKey(first), retire(first, from)).when(retire(first, noon)).then("ALREADY_REVOKED");
    await academy(addKey(first))
      .when(retire(first, noon + hour))
      .then("FROM_THE_FUTURE");
    await academy().when(retire(first)).then("INVALID_INPUT");
  });

  test("are points of their curves", async () => {
    for (const key of [noPoint, "did:key:z6Mk", "did:web:example.edu", ann, `${first}x`])
      await academy().when(addKey(key)).then("INVALID_INPUT");
  });

  test("of its own do nothing in its document", async () => {
    const own = { user: "", app: first, binding: "full", by: "organization" } as const;
    await academy(addKey(first))
      .when(member(bea, "viewer", own))
      .then("NOT_DELEGATED");
  });

  test("are a hundred at most, retired ones with them", async () => {
    const { state } = await academy().when(addKey(first)).then({});
    const old = { ...state.keys[0]!, retiredAt: iso(noon) };
    const keys = [state.keys[0]!, ...Array.from({ length: maxKeys - 1 }, () => ({ ...old, key: newKey("Ed25519") }))];
    const full = { ...organization, initial: () => ({ ...state, keys }) };
    await given(full)
      .when(addKey(newKey("P-256")))
      .then("QUOTA_EXCEEDED");
  });
});

describe("clients", () => {
  const jwk = { kty: "OKP", crv: "Ed25519", x: "A".repeat(43) };

  test("get scopes and a mode, and an id that nobody else gets", async () => {
    const { entry, projection } = await academy(member(bea, "admin"))
      .when(addClient(1, { mode: "test", jwk }, bea))
      .then({ clients: [{ client: clientId(1), scopes: ["awards:write"], mode: "test", revokedAt: null }] });
    expect(rightOf(entry)).toMatchObject({ client: clientId(1), scopes: ["awards:write"], mode: "test" });
    expect(projection.claims).toEqual([
      {
        space: "organization-client",
        key: clientId(1),
        holder: entry.document,
        until: null,
        refusal: "NAME_TAKEN",
      },
    ]);
  });

  test("are revoked for good", async () => {
    const revoke = act("REVOKE_CLIENT", { client: clientId(1) });
    await academy(addClient(1))
      .when(revoke)
      .then({ clients: [{ revokedAt: iso(noon) }] });
    await academy(addClient(1), revoke).when(revoke).then("ALREADY_REVOKED");
    await academy(addClient(1), revoke).when(addClient(1)).then("REVOKED");
    await academy(addClient(1)).when(addClient(1)).then("ALREADY_SET");
    await academy().when(revoke).then("INVALID_INPUT");
  });

  test.each([
    { client: "short" },
    { scopes: [] },
    { scopes: ["awards:write", "awards:write"] },
    { scopes: ["everything"] },
    { mode: "other" },
    { jwk: { ...jwk, d: "A".repeat(43) } },
    { jwk: { kty: "oct", k: "A" } },
    { name: "" },
  ])("are not like %j", async (more) => {
    await academy().when(addClient(1, more)).then("INVALID_INPUT");
  });

  test("are a hundred at most at a time", async () => {
    const log = Array.from({ length: maxClients }, (_, i) => addClient(i));
    await academy(...log)
      .when(addClient(maxClients))
      .then("QUOTA_EXCEEDED");
    await academy(...log, act("REVOKE_CLIENT", { client: clientId(3) }))
      .when(addClient(maxClients))
      .then({});
  });
});

describe("a domain", () => {
  test("is not verified when it is set, and is taken away by the empty text", async () => {
    const unproved = { name: "example.edu", verified: false, since: null, checkedAt: null };
    await academy(member(bea, "admin")).when(setDomain("example.edu", bea)).then({ domain: unproved });
    await academy(setDomain("example.edu")).when(setDomain("")).then({ domain: null });
    await academy(setDomain("example.edu"), record({}))
      .when(setDomain("other.example"))
      .then({ domain: { name: "other.example", verified: false } });
  });

  test.each([
    "localhost",
    "example",
    "Example.edu",
    "10.0.0.1",
    "example.edu.",
    "example.edu:8443",
    "exa_mple.edu",
    "-a.edu",
    `${"a".repeat(64)}.edu`,
    `${"a.".repeat(127)}edu`,
    "https://example.edu",
    "bücher.example",
  ])("is not %j", async (domain) => {
    await academy().when(setDomain(domain)).then("INVALID_INPUT");
  });

  test("is verified by what the service records, and by nobody else", async () => {
    const set = academy(setDomain("example.edu"));
    await set.when(record({})).then({ domain: { verified: true, since: iso(noon), method: "file", code: null } });
    await set.when(record({}, by(ann))).then("FORBIDDEN");
    await set.when(record({ domain: "other.example" })).then("CONFLICT");
    await academy().when(record({})).then("CONFLICT");
  });

  test("counts as verified since it was so without a break", async () => {
    const no = { verified: false, method: null, code: "NOT_FOUND" };
    const log = [setDomain("example.edu"), record({}), record({ method: "did-configuration" }, service, noon + hour)];
    await academy(...log)
      .when(record(no, service, noon + day))
      .then({
        domain: { verified: false, since: iso(noon + day), code: "NOT_FOUND" },
      });
    await academy(...log)
      .when(record({}, service, noon + day))
      .then({
        domain: { verified: true, since: iso(noon), checkedAt: iso(noon + day) },
      });
    await academy(...log, record(no, service, noon + day))
      .when(record({}, service, noon + day + minute))
      .then({ domain: { verified: true, since: iso(noon + day + minute) } });
  });

  test("is all that the service decides", async () => {
    for (const each of [member(bea, "viewer", service), setDomain("a.example", service), leave(ann, service)])
      await academy().when(each).then("FORBIDDEN");
  });
});
