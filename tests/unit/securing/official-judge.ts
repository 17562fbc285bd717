import { readFileSync } from "node:fs";
import { Ajv2019, type AnySchema } from "ajv/dist/2019.js";
import addFormats from "ajv-formats";
import type { Json } from "../../../src/kernel/json.ts";
import { findMisfits } from "../../../src/securing/json-schema.ts";
import { badgeSchema, endorsementSchema } from "../../../src/securing/open-badge-definitions.ts";

// 1EdTech publishes the schema of Open Badges 3.0 as a file that no package brings along. Who has it names it:
// OPEN_BADGES_SCHEMA=…/ob_v3p0_achievementcredential_schema.json; it has the rules of endorsements in it.

export const schemaFile = process.env.OPEN_BADGES_SCHEMA;

/** Says what does not fit; nothing where all does. */
export type Judge = (value: unknown) => string;

type Kind = "badge" | "endorsement";

/** The schema as it is written here, and its file where that is named. */
export function judgesOf(kind: Kind): Judge[] {
  return [ownJudge(kind), ...(schemaFile === undefined ? [] : [officialJudge(kind)])];
}

export function ownJudge(kind: Kind): Judge {
  const schema = kind === "badge" ? badgeSchema : endorsementSchema;
  return (value) =>
    findMisfits(schema, value as Json)
      .map(({ at, says }) => `${at} ${says}`)
      .join();
}

export function officialJudge(kind: Kind): Judge {
  const ajv = new Ajv2019({ allErrors: true, strict: false });
  addFormats.default(ajv);
  const { $schema: _, ...schema } = JSON.parse(readFileSync(schemaFile!, "utf8"));
  const { $defs } = schema;
  const asked = kind === "badge" ? schema : { $ref: "#/$defs/EndorsementCredential", $defs };
  const judge = ajv.compile(asked as AnySchema);
  return (value) => (judge(value) ? "" : ajv.errorsText(judge.errors));
}
