import { printSchema } from "graphql";
import { createSchema } from "graphql-yoga";
import { ensure } from "../../kernel/failure.ts";
import { isObject } from "../../kernel/json.ts";
import type { ClientDocument } from "../../services.ts";
import { admissionCost, signingKey, sizeOf } from "../routes/operations.ts";
import { type Asking, resolver } from "./asking.ts";
import { dateTime, jsonObject } from "./scalars.ts";
import { typeDefs } from "./schema.ts";

/** Values that one list of a query may have: each is looked up, and D1 takes 100 parameters. */
const maxValues = 20;

/** Credentials of one query, newest first. */
const maxCredentials = 50;

type Maybe<T> = T | null | undefined;
type UserInput = { phid?: Maybe<string>; ethAddress?: Maybe<string>; username?: Maybe<string> };
type UsersInput = { phids?: Maybe<string[]>; ethAddresses?: Maybe<string[]>; usernames?: Maybe<string[]> };
type CredentialsInput = {
  ethAddress?: Maybe<string>;
  did?: Maybe<string>;
  issuer?: Maybe<string>;
  includeRevoked?: Maybe<boolean>;
};
type Execution = { documentIdentifier: string; actions: unknown[]; branch?: Maybe<string> };

/** The schema with what answers it. */
export function graphqlSchema() {
  const schema = createSchema<Asking>({
    typeDefs,
    resolvers: {
      DateTime: dateTime,
      JSONObject: jsonObject,
      Query: {
        renownUser: resolver<{ input: UserInput }>(({ input }, asking) => user(input, asking)),
        renownUsers: resolver<{ input: UsersInput }>(({ input }, asking) => users(input, asking)),
        renownCredentials: resolver<{ input: CredentialsInput }>(({ input }, asking) => credentials(input, asking)),
        _service: () => ({ sdl: printSchema(schema) }),
      },
      Mutation: {
        createEmptyDocument: resolver<{ documentType: string }>(async ({ documentType }, { door }) =>
          shown(await door.services.clients.createEmpty(documentType)),
        ),
        execute: resolver<Execution>(execute),
        mutateDocument: resolver<Execution & { view?: Maybe<{ branch?: Maybe<string> }> }>(({ view, ...run }, asking) =>
          execute({ ...run, branch: view?.branch }, asking),
        ),
      },
    },
  });
  return schema;
}

async function user({ phid, ethAddress, username }: UserInput, { door }: Asking) {
  const { clients } = door.services;
  if (phid) return (await clients.users({ phids: [phid] }))[0] ?? null;
  if (ethAddress) return (await clients.users({ ethAddresses: [ethAddress] }))[0] ?? null;
  return username ? ((await clients.users({ usernames: [username] }))[0] ?? null) : null;
}

function users({ phids, ethAddresses, usernames }: UsersInput, { door }: Asking) {
  const lists = { phids: phids ?? [], ethAddresses: ethAddresses ?? [], usernames: usernames ?? [] };
  for (const values of Object.values(lists))
    ensure(values.length <= maxValues, "INVALID_REQUEST", `A list has at most ${maxValues} values.`);
  return door.services.clients.users(lists);
}

async function credentials(input: CredentialsInput, { door, call, budget }: Asking) {
  const { ethAddress, did, issuer, includeRevoked } = input;
  const query = { ethAddress: ethAddress ?? undefined, did: did ?? undefined, issuer: issuer ?? undefined };
  // Taken before anything is read: aliases that are resolved at once share what is left.
  const limit = Math.min(maxCredentials, budget.rows);
  budget.rows -= limit;
  ensure(
    limit > 0,
    "QUOTA_EXCEEDED",
    "One request is answered with a bounded number of credentials; ask again for more.",
  );
  const rows = await door.services.clients.credentials({ ...query, includeRevoked: includeRevoked ?? true }, limit);
  budget.rows += limit - rows.length;
  await door.gate.spend(call, rows.length);
  return rows;
}

async function execute({ documentIdentifier, actions, branch }: Execution, asking: Asking) {
  const { door, call, caller } = asking;
  ensure((branch ?? "main") === "main", "INVALID_OPERATION", "The only branch is main.");
  await door.gate.guard(call);
  await door.gate.guardKey(call, claimedKey(actions[0]));
  await door.gate.spend(call, admissionCost(actions.length, sizeOf(actions)));
  return shown(await door.services.clients.execute(documentIdentifier, actions, caller));
}

/** The key that an action claims to be signed by, or the wallet that its proof claims to be of. */
function claimedKey(action: unknown): string {
  const input = isObject(action) && isObject(action.input) ? action.input : {};
  const issuer = isObject(input.issuer) ? input.issuer.id : undefined;
  return signingKey(action) || (typeof issuer === "string" ? issuer.toLowerCase() : "");
}

function shown({ id, kind, state, revision, createdAt, updatedAt }: ClientDocument) {
  return {
    id,
    slug: "",
    preferredEditor: null,
    name: "",
    documentType: kind,
    state: { global: state },
    revisionsList: Object.entries(revision).map(([scope, count]) => ({ scope, revision: count })),
    createdAtUtcIso: createdAt,
    lastModifiedAtUtcIso: updatedAt,
  };
}
