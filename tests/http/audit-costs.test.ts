import { afterAll, beforeAll, expect, test } from "vitest";
import { type Academy, learner, makeAward, makeClass, openAcademy } from "./academy.ts";
import { expectProblem, get } from "./client.ts";
import { act } from "./org-access.ts";
import { type LocalService, startLocal, wideLimits } from "./server.ts";

let service: LocalService;
let academy: Academy;
let pauses = 0;
const operations = { burst: 600, window: 3_600_000 };
beforeAll(async () => {
  const runtime = { pause: async () => void pauses++ };
  service = await startLocal({ limits: { ...wideLimits, operations }, runtime });
  academy = await openAcademy(service);
});
afterAll(() => service.close());

test("an audit is paid for by every log that it replays, and lets others have a turn", async () => {
  const klass = await makeClass(service, academy);
  const { did } = await learner(service);
  const { award } = await makeAward(service, academy, { class: klass.id, recipient: { did } });
  for (let i = 0; i < 60; i++) await act(service, academy, "SET_PROFILE", { name: `Name ${i}` });
  const before = pauses;
  expect((await get(service, `/v1/documents/${award}/audit`)).body).toMatchObject({ verdict: "valid", entries: 2 });
  expect(pauses).toBeGreaterThan(before);
  // Two of these would replay more entries than an address may have replayed at once.
  expectProblem(await get(service, `/v1/documents/${award}/audit`), "TOO_MANY_REQUESTS", 429);
  expectProblem(await get(service, `/v1/documents/${award}/audit`), "TOO_MANY_REQUESTS", 429);
});
