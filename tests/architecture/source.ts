import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "vite";

/** An import as written; `typeOnly` ones are gone at run time. */
export type Import = { specifier: string; typeOnly: boolean };

/** What the rules read of a file. `path` is relative to `src/`, with slashes. */
export type Source = {
  path: string;
  lines: number;
  imports: Import[];
  functions: { name: string; line: number; lines: number }[];
  classes: string[];
  comments: string[];
  /** Uses of what a rule may forbid: `any`, and dotted names such as `console.log`, each with its line. */
  uses: { name: string; line: number }[];
};

type Node = { type: string; start: number; end: number; [member: string]: unknown };

/** Every TypeScript file below a folder. */
export function readSources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts"))
    .sort()
    .map((path) => readSource(path, readFileSync(join(folder, path), "utf8")));
}

export function readSource(path: string, text: string): Source {
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) throw new Error(`${path}: ${parsed.errors[0]!.message}`);
  const comments = parsed.comments.map((comment) => comment.value);
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  const source: Source = { path, lines, imports: [], functions: [], classes: [], comments, uses: [] };
  const starts = lineStarts(text);
  visit(parsed.program as unknown as Node, undefined, (node, parent) => readNode(source, node, parent, starts));
  return source;
}

function readNode(source: Source, node: Node, parent: Node | undefined, starts: number[]): void {
  const line = lineOf(starts, node.start);
  const specifier = (node.source as { value?: unknown } | null | undefined)?.value;
  if (typeof specifier === "string") source.imports.push({ specifier, typeOnly: isTypeOnly(node) });
  if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) {
    const name = nameOf(node) ?? (parent && nameOf(parent)) ?? "a function";
    source.functions.push({ name, line, lines: lineOf(starts, node.end) - line + 1 });
  }
  if (node.type === "ClassDeclaration") source.classes.push(nameOf(node) ?? "");
  if (node.type === "TSAnyKeyword") source.uses.push({ name: "any", line });
  if (node.type === "NewExpression" && isIdentifier(node.callee, "Date") && (node.arguments as unknown[]).length === 0)
    source.uses.push({ name: "new Date()", line });
  const use = globalUse(node, parent);
  if (use) source.uses.push({ name: use, line });
}

/** `import type`, `export type … from`, an import of types by name only, and `import("…")` in a type. */
function isTypeOnly(node: Node): boolean {
  if (node.importKind === "type" || node.exportKind === "type" || node.type === "TSImportType") return true;
  const names = node.type === "ImportDeclaration" ? (node.specifiers as { importKind?: string }[]) : [];
  return names.length > 0 && names.every((name) => name.importKind === "type");
}

/** `console.log` of `console.log(…)`, `Buffer` of `Buffer`; a name that is declared or a member's is not a use. */
function globalUse(node: Node, parent: Node | undefined): string | undefined {
  if (node.type !== "Identifier" || !parent) return undefined;
  const name = node.name as string;
  if (parent.type === "MemberExpression") {
    if (parent.object !== node) return undefined;
    return parent.computed ? name : `${name}.${(parent.property as { name: string }).name}`;
  }
  const declared = parent.id === node || (parent.key === node && parent.value !== node);
  return declared ? undefined : name;
}

function isIdentifier(node: unknown, name: string): boolean {
  const identifier = node as Node | null;
  return identifier?.type === "Identifier" && identifier.name === name;
}

function nameOf(node: Node): string | undefined {
  const id = (node.id ?? node.key) as { name?: string } | null | undefined;
  return id?.name;
}

function visit(node: Node, parent: Node | undefined, see: (node: Node, parent: Node | undefined) => void): void {
  see(node, parent);
  for (const member of Object.values(node)) {
    for (const child of Array.isArray(member) ? member : [member])
      if (typeof child === "object" && child !== null && typeof child.type === "string") visit(child, node, see);
  }
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
}

/** From 1. */
function lineOf(starts: number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
