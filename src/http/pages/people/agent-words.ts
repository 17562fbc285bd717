import { fill, texts } from "../texts.ts";

/** Browsers by what tells them apart, the telling word first: most pretend to be several. */
const browsers = [
  ["Edg", "Edge"],
  ["OPR", "Opera"],
  ["Firefox", "Firefox"],
  ["Chrome", "Chrome"],
  ["Safari", "Safari"],
] as const;

const systems = [
  ["Android", "Android"],
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Windows", "Windows"],
  ["Mac OS X", "macOS"],
  ["CrOS", "ChromeOS"],
  ["Linux", "Linux"],
] as const;

/** A user agent in words: what a person recognises of it, and no more. */
export function agentWords(agent: string): string {
  const browser = browsers.find(([sign]) => agent.includes(sign))?.[1];
  const system = systems.find(([sign]) => agent.includes(sign))?.[1];
  if (browser !== undefined && system !== undefined) return fill(texts.me.agent, { browser, system });
  return browser ?? system ?? (agent.split(/[\s/]/, 1)[0] || texts.me.agentUnknown);
}
