import type { Page } from "playwright-core";
import { day } from "../../src/kernel/time.ts";
import { alice, userOf } from "../harness.ts";
import { delegate, signIn } from "../http/client.ts";
import { type Shared, share } from "../http/presentations.ts";
import { makeCareer, type Workshop } from "./reputation-scenes.ts";
import type { Scene } from "./scenes.ts";

/** What somebody with a career shows: a score, that another is at least so much, and a badge. */
export async function shareCareer(service: Workshop): Promise<Shared> {
  await makeCareer(service);
  await delegate(service, alice, { may: ["renown/reputation"] });
  const { token } = await signIn(service, alice);
  const viewer = { by: "session", user: userOf(alice), session: "", method: "recovery" } as const;
  const [badge] = await service.services.earned(viewer, Number.MAX_SAFE_INTEGER, 1);
  const scores = [{ policy: "open-work" }, { policy: "open-work", atLeast: "20" }];
  return share(service, { token }, { scores, badges: [badge!.document] });
}

const made = new WeakMap<Workshop, Promise<Shared>>();

function shared(service: Workshop): Promise<Shared> {
  const known = made.get(service) ?? shareCareer(service);
  made.set(service, known);
  return known;
}

export type PresentationScene = Omit<Scene, "prepare" | "show"> & {
  show(page: Page, service: Workshop): Promise<unknown>;
};

export const presentationScenes: readonly PresentationScene[] = [
  { name: "presentation", kept: "four", show: async (page, service) => page.goto((await shared(service)).url) },
  {
    name: "presentation-opened",
    show: async (page, service) => {
      await page.goto((await shared(service)).url);
      for (const summary of await page.locator(".seal summary").all()) await summary.click();
    },
  },
  {
    name: "presentation-verify-changed",
    kept: "two",
    show: async (page, service) => {
      const { jwt } = await shared(service);
      await page.goto(`${service.origin}/verify`);
      await page.fill("#pasted", `${jwt.slice(0, -4)}AAAA`);
      await page.getByRole("button", { name: "Check", exact: true }).click();
      await page.waitForSelector(".finding");
    },
  },
];

/** The same after its scores have run out. */
export const lateScene: PresentationScene = {
  name: "presentation-late",
  kept: "two",
  show: async (page, service) => page.goto((await shared(service)).url),
};

export const passDays = ({ clock }: Workshop, days: number): void => clock.advance(days * day);
