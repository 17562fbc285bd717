import { beforeAll, describe, expect, test } from "vitest";
import { type Academy, earn, makeAward, makeClass } from "../academy.ts";
import { attest, openAttester, person, signed } from "../attester.ts";
import { delegate, expectProblem, get, post, remove } from "../client.ts";
import { codesOf, getShared, type Holder, holderOf, share, verify } from "../presentations.ts";
import type { Service } from "../server.ts";

export function presentationContract(open: () => Promise<Service>): void {
  let service: Service;
  let lab: Academy;
  let holder: Holder;
  let badge: string;
  beforeAll(async () => {
    service = await open();
    lab = await openAttester(service);
    holder = await holderOf(service, await person(service));
    await attest(service, lab, holder.did);
    const { id } = await makeClass(service, lab, { name: "Parsers, <level> 2" });
    badge = (await makeAward(service, lab, { class: id, recipient: { did: holder.did } })).award;
  });

  describe("a presentation", () => {
    test("is prepared, signed and shared, and holds for anybody", async () => {
      const scores = [{ policy: "open-work" }, { policy: "open-work", atLeast: "5" }];
      const { id, jwt } = await share(service, holder, { scores, badges: [badge] });
      const read = await getShared(service, id);
      expect([read.text, read.headers.get("content-type")]).toEqual([jwt, "application/vp+jwt"]);
      const known = { accept: "application/vp+jwt", "if-none-match": read.headers.get("etag")! };
      expect((await get(service, `/presentations/${id}`, { headers: known })).status).toBe(304);
      expectProblem(await post(service, `/presentations/${id}`, {}), "METHOD_NOT_ALLOWED", 405);
      const report = await verify(service, jwt);
      expect(report).toMatchObject({ verdict: "valid", form: "vp+jwt", holder: holder.did });
      expect(codesOf(report)).toMatchObject({ delegation: "OK", "credential[2]": "OK", "subject[2]": "OK" });
      const spoilt = await verify(service, `${jwt.slice(0, -4)}AAAA`);
      expect(codesOf(spoilt)).toMatchObject({ signature: "BAD_SIGNATURE" });
    });

    test("is a page for people, a file to hand on, and nothing for search engines", async () => {
      const { id, jwt } = await share(service, holder, { badges: [badge] });
      const page = await getShared(service, id, "text/html");
      expect(page.status, page.text).toBe(200);
      expect(page.text).toContain("Parsers, &lt;level&gt; 2");
      expect(page.text).toContain("The credential in it holds.");
      expect(page.text).toContain('name="robots" content="noindex, nofollow"');
      expect(page.headers.get("x-robots-tag")).toBe("noindex, nofollow");
      const file = await get(service, `/presentations/${id}/presentation.jwt`);
      expect(file.text).toBe(jwt);
      expect(file.headers.get("content-disposition")).toBe('attachment; filename="presentation.jwt"');
      const none = { accept: "image/png" };
      expect((await get(service, `/presentations/${id}`, { headers: none })).status).toBe(406);
    });

    test("is not there while a badge in it is hidden", async () => {
      await delegate(service, holder.wallet, { may: ["renown/award", "renown/reputation"] });
      const { id } = await share(service, holder, { badges: [badge] });
      await earn(service, holder.wallet, badge, "HIDE");
      expectProblem(await getShared(service, id), "NOT_FOUND", 404);
      const listed = async () => {
        const { body } = await get(service, "/v1/me/presentations", { token: holder.token });
        return body.items.find((each: { id: string }) => each.id === id);
      };
      expect(await listed()).toMatchObject({ served: false, code: "BADGE_HIDDEN" });
      await earn(service, holder.wallet, badge, "UNHIDE", {}, holder.token);
      expect((await getShared(service, id)).status).toBe(200);
      expect(await listed()).toMatchObject({ served: true, code: "SHARED" });
    });

    test("is deleted by its holder, and gone as if it had never been when the holder leaves", async () => {
      const [one, other] = [
        await share(service, holder, { badges: [badge] }),
        await share(service, holder, { badges: [badge] }),
      ];
      expect((await remove(service, `/v1/me/presentations/${one.id}`, { token: holder.token })).status).toBe(204);
      expect((await signed(service, holder.wallet, holder.did, "CLOSE")).status).toBe(201);
      for (const id of [one.id, other.id, "A".repeat(22)]) {
        expect((await getShared(service, id)).status).toBe(404);
        expect((await getShared(service, id, "text/html")).status).toBe(404);
        expect((await get(service, `/presentations/${id}/presentation.jwt`)).status).toBe(404);
      }
    });
  });
}
