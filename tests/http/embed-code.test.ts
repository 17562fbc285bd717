import { afterAll, beforeAll, expect, test } from "vitest";
import { type Academy, learner, makeAward, makeClass, openAcademy } from "./academy.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let academy: Academy;
beforeAll(async () => {
  service = await startLocal();
  academy = await openAcademy(service);
});
afterAll(() => service.close());

test("what people paste into their own pages is a frame with a title, whatever the badge is called", async () => {
  const { id } = await makeClass(service, academy, { name: 'Quote" onload="alert(1)' });
  const { did } = await learner(service);
  const { url } = await makeAward(service, academy, { class: id, recipient: { did } });
  const page = await (await service.fetch(new URL(url).pathname, { headers: { accept: "text/html" } })).text();
  const plain = (text: string) =>
    text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  const frame = /<iframe .*?<\/iframe>/.exec(plain(page))![0];
  expect(frame).toContain('title="Quote&#34; onload=&#34;alert(1)"');
  expect(frame).not.toContain('onload="');
});
