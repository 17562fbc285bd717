import type { Json, JsonObject } from "../kernel/json.ts";
import { isObject } from "../kernel/json.ts";
import { parseTime } from "../kernel/time.ts";

/**
 * The words of JSON Schema (2019-09) that schemas here are written with; a validator that compiles its schemas needs
 * `eval`, which workerd has not.
 */
export type JsonSchema = {
  $schema?: string;
  $id?: string;
  title?: string;
  /** Only `#/$defs/<name>` of the schema that the walk began with. */
  $ref?: string;
  $defs?: Readonly<Record<string, JsonSchema>>;
  type?: "string" | "number" | "boolean" | "object" | "array";
  const?: string;
  enum?: readonly string[];
  pattern?: string;
  format?: "uri" | "date-time" | "date" | "email";
  required?: readonly string[];
  properties?: Readonly<Record<string, JsonSchema>>;
  additionalProperties?: false;
  minItems?: number;
  /** A list stands for the first items, one each. */
  items?: JsonSchema | readonly JsonSchema[];
  /** Of the items after those. */
  additionalItems?: JsonSchema;
  contains?: JsonSchema;
  allOf?: readonly JsonSchema[];
  anyOf?: readonly JsonSchema[];
};

/** Where a value is not as the schema has it: a JSON Pointer (RFC 6901) and what is wrong there. */
export type Misfit = { at: string; says: string };

/** Misfits that are told; whoever mends these learns of the others. */
export const maxMisfits = 8;

/** What does not fit, at most `maxMisfits`; none where the value fits. Formats are judged, as OB 3.0 validators do. */
export function findMisfits(schema: JsonSchema, value: Json): Misfit[] {
  const judge = kept.get(schema) ?? compile(schema, { defs: schema.$defs ?? {}, judges: new Map() });
  kept.set(schema, judge);
  const found: Misfit[] = [];
  judge(value, undefined, found);
  return found.slice(0, maxMisfits);
}

/** Schemas here are constants: each is turned into functions once. */
const kept = new WeakMap<JsonSchema, Judge>();

/** Where a value stands; spelt out only for what does not fit. */
type Place = { in: Place | undefined; name: string | number } | undefined;

/** Adds to what was found. */
type Judge = (value: Json, at: Place, found: Misfit[]) => void;

/** The definitions that a schema refers to, with those that have been compiled. */
type Definitions = { defs: Readonly<Record<string, JsonSchema>>; judges: Map<string, Judge> };

function compile(schema: JsonSchema, definitions: Definitions): Judge {
  const { type } = schema;
  const judges = [
    ...(schema.$ref === undefined ? [] : [judgeOfReference(schema.$ref, definitions)]),
    ...judgesOfValue(schema),
    ...(hasAny(schema, "minItems", "items", "contains") ? [judgeOfItems(schema, definitions)] : []),
    ...(hasAny(schema, "required", "properties") ? [judgeOfMembers(schema, definitions)] : []),
    ...(schema.allOf ?? []).map((each) => compile(each, definitions)),
    ...(schema.anyOf ? [judgeOfChoice(schema.anyOf, definitions)] : []),
  ];
  return (value, at, found) => {
    if (found.length >= maxMisfits) return;
    if (type !== undefined && typeOf(value) !== type) tell(found, at, `is not of type ${type}`);
    else for (const judge of judges) judge(value, at, found);
  };
}

function hasAny(schema: JsonSchema, ...words: (keyof JsonSchema)[]): boolean {
  return words.some((word) => schema[word] !== undefined);
}

function tell(found: Misfit[], at: Place, says: string): void {
  found.push({ at: pointerOf(at) || "/", says });
}

function pointerOf(at: Place): string {
  if (!at) return "";
  return `${pointerOf(at.in)}/${String(at.name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function fits(judge: Judge, value: Json): boolean {
  const found: Misfit[] = [];
  judge(value, undefined, found);
  return found.length === 0;
}

/** Compiled when it is first met in a value, for definitions refer to each other in circles. */
function judgeOfReference(reference: string, definitions: Definitions): Judge {
  const name = reference.slice("#/$defs/".length);
  const { defs, judges } = definitions;
  return (value, at, found) => {
    const judge = judges.get(name) ?? compile(defs[name]!, definitions);
    judges.set(name, judge);
    judge(value, at, found);
  };
}

function judgesOfValue(schema: JsonSchema): Judge[] {
  const { const: only, enum: values, pattern, format } = schema;
  const judges: Judge[] = [];
  if (only !== undefined) judges.push((value, at, found) => value === only || tell(found, at, `is not ${only}`));
  if (values) {
    const known = new Set<Json>(values);
    judges.push((value, at, found) => known.has(value) || tell(found, at, "is none of the values that may stand here"));
  }
  if (pattern !== undefined) {
    const regex = new RegExp(pattern, "u");
    judges.push(ofTexts((text) => regex.test(text), `does not match ${pattern}`));
  }
  if (format !== undefined) judges.push(ofTexts(formats[format], `is no ${format}`));
  return judges;
}

function ofTexts(holds: (text: string) => boolean, says: string): Judge {
  return (value, at, found) => {
    if (typeof value === "string" && !holds(value)) tell(found, at, says);
  };
}

function judgeOfItems(schema: JsonSchema, definitions: Definitions): Judge {
  const { minItems = 0, items, additionalItems, contains } = schema;
  const each = isSchema(items) ? compile(items, definitions) : undefined;
  const first = isSchema(items) ? [] : (items ?? []).map((item) => compile(item, definitions));
  const others = additionalItems && compile(additionalItems, definitions);
  const wanted = contains && compile(contains, definitions);
  const lacks = contains?.const === undefined ? "lacks an item that it must have" : `does not name ${contains.const}`;
  return (list, at, found) => {
    if (!Array.isArray(list)) return;
    if (list.length < minItems) tell(found, at, `has fewer than ${minItems} items`);
    for (let i = 0; i < list.length; i++) (each ?? first[i] ?? others)?.(list[i]!, { in: at, name: i }, found);
    if (wanted && !list.some((item) => fits(wanted, item))) tell(found, at, lacks);
  };
}

function isSchema(items: JsonSchema["items"]): items is JsonSchema {
  return items !== undefined && !Array.isArray(items);
}

function judgeOfMembers(schema: JsonSchema, definitions: Definitions): Judge {
  const { required = [], properties = {}, additionalProperties } = schema;
  const rules = new Map(Object.entries(properties).map(([name, rule]) => [name, compile(rule, definitions)]));
  return (object, at, found) => {
    if (!isObject(object)) return;
    for (const name of required) if (!Object.hasOwn(object, name)) tell(found, at, `lacks ${name}`);
    for (const name of Object.keys(object)) {
      const rule = rules.get(name);
      if (rule) rule((object as JsonObject)[name]!, { in: at, name }, found);
      else if (additionalProperties === false) tell(found, { in: at, name }, "has no place here");
    }
  };
}

function judgeOfChoice(choices: readonly JsonSchema[], definitions: Definitions): Judge {
  const judges = choices.map((each) => compile(each, definitions));
  return (value, at, found) => {
    if (!judges.some((judge) => fits(judge, value))) tell(found, at, "has none of the forms taken");
  };
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

const formats: Record<NonNullable<JsonSchema["format"]>, (text: string) => boolean> = {
  uri: (text) => /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+$/.test(text) && !/%(?![0-9A-Fa-f]{2})/.test(text),
  "date-time": isTime,
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isTime(`${text}T00:00:00Z`),
  email: (text) => /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)*$/.test(text),
};

function isTime(text: string): boolean {
  try {
    parseTime(text);
    return true;
  } catch {
    return false;
  }
}
