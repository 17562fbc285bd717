import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensure, Failure } from "../../../src/kernel/failure.ts";
import type { DocumentKind } from "../../../src/operations/kind.ts";
import { createReactor } from "../../../src/operations/reactor.ts";
import { CommitConflict } from "../../../src/operations/store.ts";
import { keepTallies, type Tally } from "../../../src/operations/tallies.ts";
import { alice, appKey, openHouse, operationKey, userOf } from "../../harness.ts";
import { type Account, account, accountKind } from "./test-kinds.ts";

const most = 3;
const user = userOf(alice);

let house: ReturnType<typeof openHouse>;
let added: number;
beforeEach(async () => {
  house = openHouse([limited() as DocumentKind]);
  added = 0;
  await house.delegate({ may: [accountKind] });
});
afterEach(() => house.close());

/** Accounts to which one key adds so often in all, whatever the document. */
function limited(): DocumentKind<Account> {
  const tallies = keepTallies(0);
  return {
    ...account,
    facts: async ({ type, actor, now }) =>
      type === "ADD" ? tallies(actor.app, now, async () => added + (await addedIn())) : undefined,
    count: ({ facts }) => (facts as Tally | undefined)?.take(1),
    decide: (state, deed) => {
      account.decide(state, deed);
      const full = deed.type === "ADD" && (deed.facts as Tally).used() >= most;
      ensure(!full, "TOO_MANY_REQUESTS");
    },
  };
}

async function addedIn(): Promise<number> {
  const sql =
    "SELECT count(*) AS n FROM entries WHERE scope = 'global' AND doc IN (SELECT doc FROM documents WHERE kind = ?)";
  const [found] = await house.storage.reader.rows<{ n: number }>({ sql, params: [accountKind] });
  return found!.n;
}

async function openAccount(): Promise<string> {
  const { document, action } = await house.opening(accountKind);
  await house.reactor.open(action, accountKind, []);
  return document;
}

type Previous = { operation: string; timestampUtcMs: string };

/** A run of additions, signed ahead. */
async function additions(document: string, amounts: readonly number[]) {
  const actions: object[] = [];
  let previous: Previous | undefined;
  for (const amount of amounts) {
    const intent = { document, kind: accountKind, type: "ADD", input: { amount }, user };
    const { action, digest } = await house.sign(previous ? { ...intent, previous } : intent, appKey);
    previous = { operation: digest, timestampUtcMs: action.timestampUtcMs };
    actions.push(action);
  }
  return actions;
}

/** "in", or the code of the refusal. */
async function add(document: string, amounts: readonly number[], reactor = house.reactor): Promise<string> {
  try {
    await reactor.submit(document, await additions(document, amounts));
    return "in";
  } catch (error) {
    return error instanceof Failure ? error.code : (error as Error).message;
  }
}

describe("a limit across documents", () => {
  it("holds to one whatever is sent at once", async () => {
    const accounts = await Promise.all(Array.from({ length: 12 }, openAccount));
    const outcomes = await Promise.all(accounts.map((each) => add(each, [1])));
    expect(outcomes.filter((each) => each === "in")).toHaveLength(most);
    expect(new Set(outcomes)).toEqual(new Set(["in", "TOO_MANY_REQUESTS"]));
    expect(await addedIn()).toBe(most);
  });

  it("counts within a run, and refuses all of it", async () => {
    const [one, two] = [await openAccount(), await openAccount()];
    expect(await add(one, [1, 1, 1, 1])).toBe("TOO_MANY_REQUESTS");
    expect(await addedIn()).toBe(0);
    expect(await add(two, [1, 1, 1])).toBe("in");
  });

  it("is given back by whatever is refused", async () => {
    const document = await openAccount();
    for (let i = 0; i < 5; i++) expect(await add(document, [1, -9])).toBe("INVALID_INPUT");
    expect(await add(document, [1, 1, 1])).toBe("in");
    // As if those before were of another day.
    added = -most;
    expect(await add(await openAccount(), [1, 1, 1, 1])).toBe("TOO_MANY_REQUESTS");
    expect(await add(await openAccount(), [1, 1, 1])).toBe("in");
  });

  it("is given back by commits that fail, and taken once by one that is decided again", async () => {
    const document = await openAccount();
    const failures: Error[] = [];
    const { realm, kinds, clock, isServiceKey } = house;
    const store = {
      ...house.store,
      commit: (append: Parameters<typeof house.store.commit>[0]) => {
        const failure = failures.shift();
        return failure ? Promise.reject(failure) : house.store.commit(append);
      },
    };
    const reactor = createReactor({ store, kinds, realm, clock: clock.now, operationKey, isServiceKey });
    for (let i = 0; i < 5; i++) {
      failures.push(new Failure("UNAVAILABLE"));
      expect(await add(document, [1, 1], reactor)).toBe("UNAVAILABLE");
    }
    failures.push(new CommitConflict("authority"), new CommitConflict("authority"));
    expect(await add(document, [1, 1], reactor)).toBe("in");
    expect(await add(await openAccount(), [1], reactor)).toBe("in");
    expect(await add(await openAccount(), [1], reactor)).toBe("TOO_MANY_REQUESTS");
  });
});
