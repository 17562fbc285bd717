import { ensure } from "../kernel/failure.ts";
import { isObject } from "../kernel/json.ts";
import type { Bundle, LeftOut } from "./bundle.ts";
import { isConcealed } from "./concealment.ts";

/** Reads the form of a bundle, but not its entries. Refuses with INVALID_REQUEST. */
export function parseBundle(value: unknown): Bundle {
  const whole =
    isObject(value) &&
    value.format === "renown-bundle-1" &&
    typeof value.realm === "string" &&
    typeof value.document === "string";
  ensure(whole && Array.isArray(value.logs), "INVALID_REQUEST", "This is no bundle of the format renown-bundle-1.");
  const bundle = value as unknown as Bundle;
  const counted = bundle.logs.every((log) => isObject(log) && Array.isArray(log.entries));
  ensure(counted && isObject(bundle.asOf) && isObject(bundle.service), "INVALID_REQUEST", "The bundle lacks members.");
  const { operationKeys, retired = {} } = bundle.service;
  const named = Array.isArray(operationKeys) && operationKeys.every((key) => typeof key === "string");
  ensure(named && isObject(retired), "INVALID_REQUEST", "The bundle names no operation keys.");
  const { seq, time } = bundle.asOf;
  const dated = Number.isSafeInteger(seq) && typeof time === "string";
  ensure(dated, "INVALID_REQUEST", "The bundle does not say as of when.");
  const { leftOut = [], page } = bundle;
  const told = Array.isArray(leftOut) && leftOut.every(isLeftOut);
  ensure(told, "INVALID_REQUEST", "What was left out of the bundle cannot be read.");
  ensure(page === undefined || isPage(page), "INVALID_REQUEST", "Which page of a bundle it is cannot be read.");
  return bundle;
}

function isLeftOut(value: unknown): boolean {
  const named = isObject(value) && typeof value.document === "string" && typeof value.kind === "string";
  return named && Number.isSafeInteger(value.entries) && (value.why === "long" || value.why === "log");
}

function isPage(value: unknown): boolean {
  const place = (each: unknown) => Number.isSafeInteger(each) && (each as number) >= 0;
  return isObject(value) && place(value.after) && (value.next === null || place(value.next));
}

/**
 * One bundle of several: of the document of the first, with its further members and the keys that it names. Pages of one
 * document come together in any order, and a log that was left out of one is no longer where another brings it. Refuses
 * with INVALID_REQUEST what is no bundle, is of another realm, or lacks a page between others.
 */
export function joinBundles([first, ...others]: readonly unknown[]): Bundle {
  const main = parseBundle(first);
  const bundles = [main, ...others.map(parseBundle)];
  for (const { realm } of bundles)
    ensure(realm === main.realm, "INVALID_REQUEST", `One is of the realm ${main.realm}, another of ${realm}.`);
  for (const document of new Set(bundles.map((each) => each.document))) ensureAllPages(bundles, document);
  const logs = joinLogs(bundles);
  const asOf = bundles.map((each) => each.asOf).reduce((one, other) => (other.seq > one.seq ? other : one));
  const leftOut = stillLeftOut(bundles, logs, asOf.seq);
  const { page: _, leftOut: __, ...rest } = main;
  return { ...rest, asOf, logs, ...(leftOut.length > 0 && { leftOut }) };
}

/** Pages of a document follow each other from its beginning to its end. */
function ensureAllPages(bundles: readonly Bundle[], document: string): void {
  const pages = bundles.flatMap(({ document: own, page }) => (page && own === document ? [page] : []));
  if (pages.length === 0) return;
  let next: number | null = 0;
  for (const page of pages.sort((one, other) => one.after - other.after))
    if (next !== null && page.after <= next) next = page.next === null ? null : Math.max(next, page.next);
  ensure(next === null, "INVALID_REQUEST", `The page of ${document} behind the place ${next} is missing.`);
}

type Log = Bundle["logs"][number];

/** Each entry once, in the order of the log; what one conceals and another shows is shown. */
function joinLogs(bundles: readonly Bundle[]): Log[] {
  const all = bundles.flatMap(({ logs }) => logs);
  const shown = new Set(all.flatMap(({ entries }) => entries.filter((each) => !isConcealed(each)).map(digestOf)));
  const joined = new Map<string, Log>();
  const known = new Map<string, Set<unknown>>();
  for (const { document, kind, entries } of all) {
    const log = joined.get(document) ?? { document, kind, entries: [] };
    const digests = known.get(document) ?? new Set();
    joined.set(document, log);
    known.set(document, digests);
    for (const entry of entries) {
      const digest = digestOf(entry);
      if (typeof digest === "string" && (digests.has(digest) || (isConcealed(entry) && shown.has(digest)))) continue;
      digests.add(digest);
      log.entries.push(entry);
    }
  }
  for (const { entries } of joined.values()) entries.sort((one, other) => placeOf(one) - placeOf(other));
  return [...joined.values()].filter(({ entries }) => entries.length > 0);
}

/** 0 where it tells none: the audit says so. */
function placeOf(entry: unknown): number {
  return isObject(entry) && typeof entry.seq === "number" ? entry.seq : 0;
}

function digestOf(entry: unknown): unknown {
  return isObject(entry) ? entry.digest : undefined;
}

/** What is left out of one and comes with no other. What is not named comes with all that there is. */
function stillLeftOut(bundles: readonly Bundle[], logs: readonly Log[], last: number): LeftOut[] {
  const held = new Map(logs.map((log) => [log.document, readableOf(log)]));
  // Concealed places count: with any of them a score is the same only as one that was fetched by itself.
  const places = new Set(logs.flatMap(({ entries }) => entries.map(placeOf)));
  const missing = new Map<string, LeftOut>();
  for (const each of bundles.flatMap(({ leftOut = [] }) => leftOut)) {
    const { document, entries, why } = each;
    const brought =
      why === "log" || document === ""
        ? hasAll(places, why === "log" ? entries : last)
        : (held.get(document) ?? 0) >= entries;
    if (!brought) missing.set(`${why} ${document}`, each);
  }
  return [...missing.values()];
}

/** What a log shows of its own document: what is concealed, or of another, brings nothing. */
function readableOf({ document, entries }: Log): number {
  return entries.filter((each) => !isConcealed(each) && isObject(each) && each.document === document).length;
}

function hasAll(places: ReadonlySet<number>, last: number): boolean {
  if (places.size < last) return false;
  for (let place = 1; place <= last; place++) if (!places.has(place)) return false;
  return true;
}
