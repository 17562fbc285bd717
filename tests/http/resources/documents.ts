import { beforeAll, describe, expect, test } from "vitest";
import { auditBundle } from "../../../src/operations/audit.ts";
import { joinBundles } from "../../../src/operations/bundle-joining.ts";
import { signOperation } from "../../../src/operations/sign.ts";
import { allKinds } from "../../../src/verify/kinds.ts";
import { appKey, otherKey, userOf, wallet as walletCheck } from "../../harness.ts";
import {
  delegate,
  expectProblem,
  freshWallet,
  get,
  openProfile,
  post,
  profileKind,
  signIn,
  signName,
  signProfile,
} from "../client.ts";
import type { Service } from "../server.ts";

let names = 0;
const freshName = () => `name-${++names}`;

export function documentContract(open: () => Promise<Service>): void {
  let service: Service;
  beforeAll(async () => {
    service = await open();
  });
  const submit = (id: string, body: unknown) => post(service, `/v1/documents/${id}/operations`, body);

  describe("a document", () => {
    test("is opened by a signed operation, with a first run, and read", async () => {
      const { wallet, document, receipts, first } = await openProfile(service);
      expect(receipts).toMatchObject([
        { document, kind: profileKind, scope: "document", index: 0, binding: "full" },
        { document, scope: "global", index: 0, operation: first.digest, authority: { by: "delegation" } },
      ]);
      const answer = await get(service, `/v1/documents/${document}`);
      expect(answer.body).toMatchObject({
        id: document,
        kind: profileKind,
        realm: service.realm,
        state: { ethAddress: wallet.address, username: null, userImage: null },
        revision: { document: 1, global: 1 },
        head: { operation: first.digest, entry: receipts[1]!.entry },
      });
    });

    test("is not sent again to whoever has it", async () => {
      const profile = await openProfile(service);
      const { headers } = await get(service, `/v1/documents/${profile.document}`);
      const known = { "if-none-match": headers.get("etag")! };
      const path = `/v1/documents/${profile.document}`;
      expect((await get(service, path, { headers: known })).status).toBe(304);
      await submit(profile.document, (await signName(service, profile, freshName(), profile.first.previous)).action);
      expect((await get(service, path, { headers: known })).status).toBe(200);
    });

    test("is not opened under an id that does not follow, without a delegation, or with a signature spoilt", async () => {
      const wallet = freshWallet();
      const signed = await signProfile(service, wallet);
      const opening = { create: signed.create.action, operations: [signed.first.action] };
      expectProblem(await post(service, "/v1/documents", opening), "NOT_DELEGATED", 403);
      await delegate(service, wallet);
      const input = { ...signed.create.action.input, documentId: `${signed.document.slice(0, -1)}_` };
      const elsewhere = { create: { ...signed.create.action, input } };
      expectProblem(await post(service, "/v1/documents", elsewhere), "WRONG_DOCUMENT_ID", 422);
      const spoilt = structuredClone(signed.create.action);
      const tuple = spoilt.context!.signer!.signatures[0] as unknown as string[];
      tuple[4] = `0x${"1".repeat(128)}`;
      expectProblem(await post(service, "/v1/documents", { create: spoilt }), "BAD_SIGNATURE", 422);
      expectProblem(await get(service, `/v1/documents/${signed.document}`), "UNKNOWN_DOCUMENT", 404);
      expect((await post(service, "/v1/documents", opening)).status).toBe(201);
    });

    test("is not opened without a kind", async () => {
      const { create } = await signProfile(service, freshWallet());
      const { model: _, ...input } = create.action.input;
      const nameless = { create: { ...create.action, input } };
      expectProblem(await post(service, "/v1/documents", nameless), "INVALID_REQUEST", 400);
      expectProblem(await post(service, "/v1/documents", { ...nameless, kind: "x/unknown" }), "UNKNOWN_KIND", 422);
    });

    test("takes one action as it stands, and a run signed ahead", async () => {
      const profile = await openProfile(service);
      const one = await signName(service, profile, freshName(), profile.first.previous);
      const answer = await submit(profile.document, one.action);
      expect(answer.status).toBe(201);
      expect(answer.body.receipts).toMatchObject([{ index: 1, operation: one.digest }]);
      const two = await signName(service, profile, freshName(), one.previous);
      const three = await signName(service, profile, freshName(), two.previous);
      const run = await submit(profile.document, { operations: [two.action, three.action] });
      expect(run.body.receipts).toMatchObject([{ index: 2 }, { index: 3, operation: three.digest }]);
    });

    test("gives the same receipt to the same action, and refuses another under its id", async () => {
      const profile = await openProfile(service);
      const one = await signName(service, profile, freshName(), profile.first.previous);
      const first = await submit(profile.document, one.action);
      expect((await submit(profile.document, one.action)).body).toEqual(first.body);
      const intent = {
        document: profile.document,
        user: profile.user,
        kind: profileKind,
        type: "SET_USERNAME",
        input: { username: freshName() },
        id: one.action.id,
        previous: profile.first.previous,
      };
      const other = await signOperation(intent, appKey, service.now());
      expectProblem(await submit(profile.document, other.action), "ACTION_ID_REUSED", 409);
    });

    test("takes a run whole or not at all", async () => {
      const profile = await openProfile(service);
      const good = await signName(service, profile, freshName(), profile.first.previous);
      const bad = await signName(service, profile, "\u202e", good.previous);
      expectProblem(await submit(profile.document, { operations: [good.action, bad.action] }), "INVALID_INPUT", 422);
      const { body } = await get(service, `/v1/documents/${profile.document}`);
      expect(body.revision.global).toBe(1);
    });

    test("takes at most a hundred operations at once", async () => {
      const profile = await openProfile(service);
      const { action } = await signName(service, profile, freshName(), profile.first.previous);
      const run = { operations: Array.from({ length: 101 }, () => action) };
      expectProblem(await submit(profile.document, run), "RUN_TOO_LONG", 413);
      expectProblem(await submit(profile.document, { operations: [] }), "INVALID_OPERATION", 400);
    });

    test("takes nothing from a key that is not its user's", async () => {
      const profile = await openProfile(service);
      const stranger = freshWallet();
      await delegate(service, stranger, { app: otherKey.did });
      const named = { document: profile.document, user: userOf(stranger) };
      const foreign = await signName(service, named, freshName(), profile.first.previous, otherKey);
      expectProblem(await submit(profile.document, foreign.action), "FORBIDDEN", 403);
      const unproved = await signName(service, profile, freshName(), profile.first.previous, otherKey);
      expectProblem(await submit(profile.document, unproved.action), "NOT_DELEGATED", 403);
    });

    test("takes nothing by a key whose delegation was revoked", async () => {
      const { wallet, token } = await signIn(service);
      const profile = await openProfile(service, wallet);
      await service.fetch(`/v1/me/delegations/${profile.delegation.id}`, {
        method: "DELETE",
        headers: { authorization: `Bearer ${token}` },
      });
      const late = await signName(service, profile, freshName(), profile.first.previous);
      expectProblem(await submit(profile.document, late.action), "NOT_DELEGATED", 403);
    });

    test("refuses what is no action", async () => {
      const { document } = await openProfile(service);
      for (const body of [[], 7, '"text"', null]) expectProblem(await submit(document, body), "INVALID_REQUEST", 400);
      for (const body of [{}, { operations: [7] }, { type: "X" }])
        expectProblem(await submit(document, body), "INVALID_OPERATION", 400);
      expectProblem(await submit(document, { operations: {}, kind: "a/b" }), "INVALID_REQUEST", 400);
      expectProblem(await submit(document, { operations: [], more: 1 }), "INVALID_REQUEST", 400);
    });

    test("pages through its entries", async () => {
      const profile = await openProfile(service);
      const one = await signName(service, profile, freshName(), profile.first.previous);
      await submit(profile.document, one.action);
      const path = `/v1/documents/${profile.document}/operations`;
      const first = await get(service, `${path}?limit=2`);
      expect(first.body.items).toMatchObject([{ scope: "document" }, { scope: "global", index: 0 }]);
      expect(first.headers.get("cache-control")).toBe("public, max-age=3600");
      const next = /<(.+)>/.exec(first.headers.get("link")!)![1]!;
      const second = await get(service, next);
      expect(second.body).toMatchObject({ items: [{ index: 1, operation: one.digest }], next: null });
      expect(JSON.parse(second.body.items[0].action)).toEqual(one.action);
      expect(second.headers.get("cache-control")).toBe("public, no-cache");
      expectProblem(await get(service, `${path}?after=x`), "INVALID_REQUEST", 400);
    });

    test("is audited from nothing, here and from its bundle elsewhere", async () => {
      const { document } = await openProfile(service);
      const audit = await get(service, `/v1/documents/${document}/audit`);
      expect(audit.body).toMatchObject({ verdict: "valid", document, entries: 2, findings: [] });
      const bundle = await get(service, `/v1/documents/${document}/audit?bundle=1`);
      expect(bundle.body).toMatchObject({ format: "renown-bundle-1", document });
      expect(bundle.body.logs).toHaveLength(2);
      const { operationKeys } = bundle.body.service;
      const elsewhere = await auditBundle(bundle.body, { kinds: allKinds(walletCheck), operationKeys });
      expect(elsewhere.verdict).toBe("valid");
      expectProblem(await get(service, `/v1/documents/${document}/audit?bundle=0`), "INVALID_REQUEST", 400);
    });

    test("comes as a bundle in pages, which together are the whole", async () => {
      const { document } = await openProfile(service);
      const path = `/v1/documents/${document}/audit?bundle=1`;
      const pages: any[] = [];
      for (let after: number | null = 0; after !== null; after = pages.at(-1).page.next) {
        const { status, body, text } = await get(service, `${path}&after=${after}&limit=1`);
        expect(status, text).toBe(200);
        expect(
          body.logs.filter((log: any) => log.document === document).flatMap((log: any) => log.entries).length,
        ).toBe(pages.length < 2 ? 1 : 0);
        pages.push(body);
      }
      expect(pages).toHaveLength(3);
      const [first] = pages;
      const { operationKeys } = first.service;
      await expect(auditBundle(first, { kinds: allKinds(walletCheck) })).rejects.toMatchObject({
        code: "INVALID_REQUEST",
      });
      const joined = joinBundles(pages.reverse());
      const report = await auditBundle(joined, { kinds: allKinds(walletCheck), operationKeys });
      expect(report).toMatchObject({ verdict: "valid", entries: 2 });
      for (const wrong of ["&limit=1", "&after=x", "&after=0&limit=0"])
        expectProblem(await get(service, `${path}${wrong}`), "INVALID_REQUEST", 400);
      expectProblem(await get(service, `/v1/documents/${document}/audit?after=0`), "INVALID_REQUEST", 400);
    });

    test("is not there under any other id, however it is spelt", async () => {
      const id = "kX/9+Zz==";
      const wrong = [id, encodeURIComponent(id), "a%00b", "a,b", "%E0%A4%A", "%252F", "x".repeat(300)];
      for (const part of wrong.filter((each) => !each.includes("/"))) {
        expectProblem(await get(service, `/v1/documents/${part}`), "UNKNOWN_DOCUMENT", 404);
        expectProblem(await get(service, `/v1/documents/${part}/operations`), "UNKNOWN_DOCUMENT", 404);
        expectProblem(await get(service, `/v1/documents/${part}/audit`), "UNKNOWN_DOCUMENT", 404);
      }
      expectProblem(await get(service, `/v1/documents/${id}`), "NOT_FOUND", 404);
    });
  });
}
