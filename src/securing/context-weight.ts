import { isObject, type Json, type JsonObject } from "../kernel/json.ts";
import { contextOf, contextsIn } from "./contexts.ts";

/**
 * Values of contexts that are copied in the time in which one value of a document is converted. Whoever reads JSON-LD
 * copies all terms that hold at a place each time that more are added to them, and again for each object.
 */
const copiedPerValue = 1500;

/**
 * For how many values the contexts of a document count beside those that it has: for what they bring, wherever they stand
 * and as often, and for what the terms and types of theirs that have contexts bring with each use. Never for less than
 * the library may copy, though it keeps what it has copied lately.
 */
export function contextWeight(document: JsonObject): number {
  const found = readContexts(document);
  return Math.floor(((found.copies + usesOf(document, found)) * found.size) / copiedPerValue);
}

/**
 * What a context comes to: `size` in JSON values, those of contexts within it included, `copies` that it takes to read,
 * and by term those that each use of a term takes that has a context of its own.
 */
type Shape = { size: number; copies: number; scoped: Map<string, number> };

/** Contexts by their URLs, as far as they have been met. They are known here, so they are few. */
const shapes = new Map<string, Shape>();

/** All that the contexts of a document come to. What holds at one place is never more than all of them, each once. */
function readContexts(document: JsonObject): Shape {
  const all: Shape = { size: 0, copies: 0, scoped: new Map() };
  const met = new Set<string>();
  for (const context of contextsIn(document)) {
    const again = typeof context === "string" && met.has(context);
    if (typeof context === "string") met.add(context);
    const shape = shapeOf(context);
    all.copies += shape.copies;
    if (!again) addShape(all, { ...shape, copies: 0 });
  }
  return all;
}

function shapeOf(context: Json): Shape {
  if (typeof context !== "string") return shapeOfOwn(context);
  const known = contextOf(context);
  if (!known) return { size: 1, copies: 1, scoped: new Map() };
  const shape = shapes.get(context) ?? shapeOfOwn(known["@context"] ?? null);
  shapes.set(context, shape);
  return shape;
}

function shapeOfOwn(context: Json): Shape {
  // It is copied as it is, and once more where what held before has to hold again behind it.
  const shape: Shape = { size: 1, copies: 2, scoped: new Map() };
  if (Array.isArray(context)) for (const each of context) addShape(shape, shapeOf(each));
  if (!isObject(context)) return shape;
  for (const [term, defined] of Object.entries(context as JsonObject)) {
    if (term === "@context" || term === "@import") addShape(shape, shapeOf(defined));
    else if (isObject(defined) && Object.hasOwn(defined, "@context")) addScoped(shape, term, defined as JsonObject);
    else shape.size += valuesOf(defined);
  }
  return shape;
}

/** A term with a context of its own: it is read with the context around it, and again wherever the term is used. */
function addScoped(shape: Shape, term: string, { "@context": context, ...defined }: JsonObject): void {
  const inner = shapeOf(context ?? null);
  addShape(shape, { ...inner, copies: inner.copies + 1 });
  shape.size += valuesOf(defined);
  shape.scoped.set(term, Math.max(shape.scoped.get(term) ?? 0, inner.copies + 2));
}

function addShape(sum: Shape, { size, copies, scoped }: Shape): void {
  sum.size += size;
  sum.copies += copies;
  for (const [term, each] of scoped) sum.scoped.set(term, Math.max(sum.scoped.get(term) ?? 0, each));
}

/** Copies that the objects of a document take, and what is in them of a type or a name that has a context of its own. */
function usesOf(document: JsonObject, { scoped }: Shape): number {
  let copies = 0;
  // What a name brings along comes with each object under it, be it in a list, in a map or deeper.
  const walk = (value: Json, brought: number): void => {
    if (typeof value === "string") copies += scoped.get(value) ?? 0;
    else if (Array.isArray(value)) for (const each of value) walk(each, brought);
    else if (isObject(value)) {
      copies += 1 + brought;
      for (const [name, each] of Object.entries(value as JsonObject)) {
        const own = scoped.get(name) ?? 0;
        // In a map by types the names are types.
        copies += own;
        if (name !== "@context") walk(each, Math.max(brought, own));
      }
    }
  };
  walk(document, 0);
  return copies;
}

function valuesOf(value: Json): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + valuesOf(each), 1);
  return isObject(value)
    ? Object.values(value as JsonObject).reduce((sum: number, each) => sum + valuesOf(each), 1)
    : 1;
}
