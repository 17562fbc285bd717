import { posix } from "node:path";
import type { Import, Source } from "./source.ts";

/** The rooms of the house: a room imports lower numbers and itself, so rooms of one number never import each other. */
const rooms = new Map(
  [
    ["kernel"],
    ["identity"],
    ["operations", "securing"],
    ["profiles", "credentials", "organizations", "badges", "reputation"],
    ["verify", "followers"],
    ["services.ts", "settings.ts"],
    ["storage", "chain", "delivery", "http", "config.ts"],
    ["wiring"],
    ["compose.ts"],
    ["node.ts", "worker.ts", "index.ts"],
  ].flatMap((names, number) => names.map((name) => [name, number] as const)),
);

const lastPureRoom = 4;
const maxFileLines = 300;
const maxFunctionLines = 60;

/** What `#primitives` may stand for; the kernel declares all three to have one type. */
const primitives = ["kernel/primitives-node.ts", "kernel/primitives-web.ts", "kernel/primitives-workerd.ts"];
/** The files of the pure rooms that may use Node; the others reach them through `#primitives` or are handed them. */
const nodeKernel = [primitives[0]!, "kernel/p256-threads.ts", "kernel/p256-thread.ts"];

/** Packages and modules that workerd has not, or that bring a Node database with them. */
const nodeOnly = /^(better-sqlite3|secp256k1|nodemailer|@hono\/node-server|node:(?!crypto$|async_hooks$|buffer$).*)$/;
const adapterPackage = /^(better-sqlite3|kysely|kysely-d1|hono|@hono\/.+|graphql.*|pg|postgres)(\/.*)?$/;
const nodeGlobal = /^(Buffer|process|__dirname|__filename|setImmediate)(\.|$)/;
const clock = /^(Date\.now|new Date\(\)|performance\.now)$/;

export function roomOf(path: string): string {
  return path.split("/")[0]!;
}

export function isPure(path: string): boolean {
  const number = rooms.get(roomOf(path));
  return number !== undefined && number <= lastPureRoom;
}

/** The files in `src/` that an import leads to; none for a package, and for what is no TypeScript. */
export function targetsOf(from: string, specifier: string): string[] {
  if (specifier === "#primitives") return primitives;
  if (!specifier.startsWith(".") || !specifier.endsWith(".ts")) return [];
  const path = posix.join(posix.dirname(from), specifier);
  return path.startsWith("..") ? [] : [path];
}

export function unknownRooms(sources: Source[]): string[] {
  return sources.filter(({ path }) => !rooms.has(roomOf(path))).map(({ path }) => `${path} stands in no room`);
}

export function wrongDirections(sources: Source[]): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports
      .flatMap(({ specifier }) => targetsOf(path, specifier))
      .filter((target) => !mayImport(roomOf(path), roomOf(target)))
      .map((target) => `${path} imports ${target}`),
  );
}

function mayImport(from: string, to: string): boolean {
  return from === to || rooms.get(to)! < rooms.get(from)!;
}

/** Every circle once, as the files on it; an import of types closes a circle too. */
export function circles(sources: Source[]): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const walk = (path: string, trail: string[]) => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path].join(" -> "));
    if (at >= 0 || done.has(path)) return;
    for (const { specifier } of byPath.get(path)?.imports ?? [])
      for (const target of targetsOf(path, specifier)) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) walk(path, []);
  return found;
}

export function tooLong(sources: Source[]): string[] {
  return sources.flatMap(({ path, lines, functions }) => [
    ...(lines > maxFileLines ? [`${path} has ${lines} lines`] : []),
    ...functions
      .filter((each) => each.lines > maxFunctionLines)
      .map((each) => `${path}:${each.line} ${each.name} has ${each.lines} lines`),
  ]);
}

/** What a file leads to through imports, itself first. `into` chooses among the files an import may stand for. */
export function reachable(
  sources: Source[],
  entry: string,
  keep: (each: Import) => boolean = () => true,
  into: (target: string) => boolean = () => true,
): Source[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const seen = new Set<Source>();
  const walk = (path: string) => {
    const source = byPath.get(path);
    if (!source || seen.has(source)) return;
    seen.add(source);
    for (const each of source.imports.filter(keep)) targetsOf(path, each.specifier).filter(into).forEach(walk);
  };
  walk(entry);
  return [...seen];
}

/** The library is the pure half: no adapter, no Node API but where `#primitives` chooses it. */
export function impurities(sources: Source[]): string[] {
  const outside = reachable(sources, "index.ts").filter(({ path }) => path !== "index.ts" && !isPure(path));
  const pure = sources.filter(({ path }) => (isPure(path) && !nodeKernel.includes(path)) || path === "index.ts");
  return [
    ...outside.map(({ path }) => `index.ts reaches ${path}`),
    ...pure.flatMap(({ path, imports, uses }) => [
      ...imports
        .filter(({ specifier }) => bringsNode(path, specifier))
        .map(({ specifier }) => `${path} imports ${specifier}`),
      ...uses.filter(({ name }) => nodeGlobal.test(name)).map(({ name, line }) => `${path}:${line} uses ${name}`),
    ]),
  ];
}

function bringsNode(path: string, specifier: string): boolean {
  if (specifier === "#primitives") return false;
  if (specifier.startsWith("node:") || adapterPackage.test(specifier)) return true;
  return targetsOf(path, specifier).some((target) => nodeKernel.includes(target));
}

/** What the Worker would load and workerd has not. Types are gone by then. */
export function nodeInWorker(sources: Source[]): string[] {
  const ofWorkerd = (target: string) => !primitives.includes(target) || target === "kernel/primitives-workerd.ts";
  const files = reachable(sources, "worker.ts", (each) => !each.typeOnly, ofWorkerd);
  return files.flatMap(({ path, imports }) =>
    imports
      .filter((each) => !each.typeOnly && nodeOnly.test(each.specifier))
      .map(({ specifier }) => `worker.ts reaches ${path}, which imports ${specifier}`),
  );
}

export function clocks(sources: Source[]): string[] {
  const entries = ["node.ts", "worker.ts", "index.ts"];
  return usesOf(
    sources.filter(({ path }) => !entries.includes(path)),
    (name) => clock.test(name),
  );
}

export function laxities(sources: Source[]): string[] {
  return [
    ...usesOf(sources, (name) => name === "any" || name === "console.log"),
    ...sources.flatMap(({ path, comments }) =>
      comments.filter((text) => /\b(TODO|FIXME)\b|@ts-/.test(text)).map((text) => `${path}: ${text.trim()}`),
    ),
  ];
}

export function wrongNames(sources: Source[]): string[] {
  return sources.flatMap(({ path, classes }) => {
    const name = posix.basename(path).replace(/(\.d)?\.ts$/, "");
    const vague =
      /^(utils?|helpers?|types?|common|misc|shared)$/.test(name) || (name === "index" && path !== "index.ts");
    return [
      ...(vague || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [`${path} is no name for a file`] : []),
      ...classes.filter((each) => /(Manager|Service|Helper)$/.test(each)).map((each) => `${path} has a class ${each}`),
    ];
  });
}

function usesOf(sources: Source[], forbidden: (name: string) => boolean): string[] {
  return sources.flatMap(({ path, uses }) =>
    uses.filter(({ name }) => forbidden(name)).map(({ name, line }) => `${path}:${line} uses ${name}`),
  );
}
