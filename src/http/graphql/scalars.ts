import { GraphQLError, GraphQLScalarType, type ValueNode, valueFromASTUntyped } from "graphql";
import { isObject } from "../../kernel/json.ts";

/** A text, to the letter: the dates of a credential are signed as they are spelt. */
export const dateTime = new GraphQLScalarType({
  name: "DateTime",
  description: "A date as it was written, in most places RFC 3339.",
  serialize: textOf,
  parseValue: textOf,
  parseLiteral: (node) => textOf(valueFromASTUntyped(node)),
});

export const jsonObject = new GraphQLScalarType({
  name: "JSONObject",
  description: "A JSON object, members in order of arrival.",
  serialize: objectOf,
  parseValue: objectOf,
  parseLiteral: (node: ValueNode, variables) => objectOf(plain(valueFromASTUntyped(node, variables))),
});

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new GraphQLError("A date is a text.");
}

function objectOf(value: unknown): Record<string, unknown> {
  if (isObject(value)) return value;
  throw new GraphQLError("An object is expected.");
}

/** What GraphQL builds of a literal has no prototype. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
