// Computes a score again from the logs alone, and compares it byte by byte: `npm run replay -- --log FILE`.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  type AskedAgain,
  Failure,
  type NamedKey,
  parseJson,
  type ReplayReport,
  replayScore,
  type SignedRoot,
} from "../src/index.ts";
import { joinLogs, readLog } from "./replay-log.ts";

const help = `Usage: npm run replay -- --log FILE [--policy ID[@VERSION]] [--subject DID] [--at TIME] ...

Audits every log in FILE with no server and no database, reads the policy from its own log, computes the score, and
compares it byte by byte with the one that the service told.

  --log FILE            an export (GET /v1/subjects/{did}/scores/{policy}/export), or the whole log: pages of
                        GET /v1/operations one on each line, or one entry on each line; given again, a log that the
                        export leaves out: pages of GET /v1/documents/{id}/audit?bundle=1&after=..., each a file
  --policy ID[@VERSION] a policy's document, or a name like open-work; of an export the one that it answers for
  --subject DID         about whom; of an export likewise
  --at TIME             the moment asked about (RFC 3339); of an export likewise
  --from DID            whose own view it is, under a policy that learns trust
  --score FILE          the score to compare with; that in the export unless given, which shows nothing where entries
                        are concealed
  --digest D            the same by its evidence.digest alone
  --operation-keys K    the service's keys: its DID document (/.well-known/did.json) as a file, or did:key:... with
                        commas between; a whole log needs them; without them those that an export names are taken, and
                        called untrusted: whoever made the file could have made the keys as well
  --root FILE           what the service has signed of its whole log (GET /v1/log), after the moment asked about: with
                        the whole log, that none of it is missing and when it was admitted; needs a DID document as
                        --operation-keys
  --realm NAME          of all logs; main unless given
  --json                the report as JSON
  --help                this

The whole log comes page by page: GET /v1/operations?after=0&limit=1000, then after= what "next" says. There is always a
next, for the log goes on; a page without items is the end for now. Ask for the score, then for the root, then for the pages:

  after=0
  while curl -sf "$RENOWN/v1/operations?after=$after&limit=1000" -o page.json; do
    [ "$(node -p "JSON.parse(fs.readFileSync('page.json')).items.length")" -gt 0 ] || break
    cat page.json && echo
    after=$(node -p "JSON.parse(fs.readFileSync('page.json')).next")
  done > log.ndjson

It ends with 0 where every law holds and the bytes are equal, with 1 where they are not or nobody can tell, and with 2
where it cannot begin. Without --operation-keys those that an export names are taken: equal then says that the score
follows from the file, and not that the file is the service's (service is UNTRUSTED_KEYS). What the subject hides is concealed from others: only its own export can be computed then.
`;

const options = {
  log: { type: "string", multiple: true },
  policy: { type: "string" },
  subject: { type: "string" },
  at: { type: "string" },
  from: { type: "string" },
  score: { type: "string" },
  digest: { type: "string" },
  "operation-keys": { type: "string" },
  root: { type: "string" },
  realm: { type: "string", default: "main" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Entries of all logs: what fits into memory. */
const mostEntries = 2_000_000;

try {
  process.exitCode = await run();
} catch (error) {
  const why = error instanceof Failure ? `${error.code}. ${error.detail ?? error.message}` : String(error);
  process.stderr.write(`${why}\nSee npm run replay -- --help.\n`);
  process.exitCode = 2;
}

async function run(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const { log, score, digest, realm, root: checkpoint } = values;
  if (log === undefined) throw new Error("--log is missing.");
  if (score !== undefined && digest !== undefined) throw new Error("Give --score or --digest, not both.");
  const operationKeys = keysNamed(values["operation-keys"]);
  const found = log.map((path) => readLog(read(path)));
  const bundle = joinLogs(found, realm);
  if (bundle.service.operationKeys.length === 0 && operationKeys === undefined)
    throw new Error("Pages of the log name no keys of the service: give --operation-keys.");
  const expected = score === undefined ? digest : parseJson(read(score));
  const asked = askedBy(values);
  const root = checkpoint === undefined ? undefined : rootNamed(checkpoint, values["operation-keys"]);
  const report = await replayScore(bundle, { operationKeys, asked, expected, most: mostEntries, realm, root });
  process.stdout.write(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : textOf(report));
  return report.verdict === "equal" ? 0 : 1;
}

type Values = { policy?: string; subject?: string; at?: string; from?: string };

function askedBy({ policy: named, subject, at, from }: Values): AskedAgain {
  const [, policy, version] = /^(.+?)(?:@([1-9]\d{0,3}))?$/.exec(named ?? "") ?? [];
  return { policy, version: version === undefined ? undefined : Number(version), subject, at, from };
}

function rootNamed(path: string, keys: string | undefined): SignedRoot {
  const { verificationMethod = [] } = keys === undefined || keys.startsWith("did:key:") ? {} : documentIn(keys);
  const log = verificationMethod.find(({ id }) => id.endsWith("#log"));
  if (!log?.publicKeyMultibase) throw new Error("--root needs the log key: give the DID document as --operation-keys.");
  return { checkpoint: parseJson(read(path)), key: `did:key:${log.publicKeyMultibase}` };
}

type DidDocument = {
  capabilityInvocation?: string[];
  verificationMethod?: { id: string; expires?: string; publicKeyMultibase?: string }[];
};

function documentIn(path: string): DidDocument {
  return parseJson(read(path)) as DidDocument;
}

/** Keys as they are named, or those of a DID document with their retirement. */
function keysNamed(named: string | undefined): NamedKey[] | undefined {
  if (named === undefined) return undefined;
  if (named.startsWith("did:key:")) return named.split(",") as NamedKey[];
  const { capabilityInvocation = [], verificationMethod = [] } = documentIn(named);
  const ours = verificationMethod.filter(({ id }) => capabilityInvocation.includes(id));
  if (ours.length === 0) throw new Error(`${named} names no key by which a service attests (capabilityInvocation).`);
  return ours.map(({ id, expires }) => ({ key: `did:key:${id.split("#")[1]}`, retired: expires }));
}

function read(path: string): string {
  const text = textIn(path);
  // What curl saved of a refusal would be taken for something else that is wrong.
  const refusal = /^\{"type":"[^"]*\/problems\/([A-Z_]+)"/.exec(text);
  if (refusal) throw new Error(`${path} holds a refusal of the service, ${refusal[1]}: ask again, with curl -sf.`);
  return text;
}

function textIn(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function textOf({ verdict, checks, logs, entries, concealed, findings, score, service }: ReplayReport): string {
  const lines = [`${entries} entries of ${logs} logs were replayed from nothing; ${concealed} more are concealed.`];
  if (service && !service.trusted) lines.push("The service's keys are untrusted: only the file names them.");
  for (const { outcome, name, code, detail } of checks)
    lines.push(`  ${outcome.padEnd(8)} ${name}: ${code === "OK" ? "" : `${code}. `}${detail}`);
  for (const { seq, law, code, detail } of findings.slice(0, 10)) lines.push(`  at ${seq}  ${law}: ${code}. ${detail}`);
  if (score) {
    const { policy, asOf, passes, evidence } = score;
    const told = score.score === null ? "no score: the subject has closed its document" : score.score;
    lines.push(`${score.subject} under ${policy.id}@${policy.version}, as of ${asOf.time} and place ${asOf.position}:`);
    lines.push(`  score ${told} (${passes ? "passes" : "does not pass"}), digest ${evidence.digest}`);
  }
  return `${[...lines, `Verdict: ${verdict}`].join("\n")}\n`;
}
