import { GraphQLError } from "graphql";
import { Failure } from "../../kernel/failure.ts";
import type { Caller } from "../../services.ts";
import { bearerIfAny } from "../authentication.ts";
import type { Call, Door } from "../call.ts";
import { errorFields } from "../log.ts";
import { Busy, failureOf } from "../problem.ts";

/** One GraphQL request. Its members are copied on the way to the resolvers, so what they write stands a level below. */
export type Asking = {
  door: Door;
  call: Call;
  /** Reads the bearer token once, when a resolver first wants to know. */
  caller: Caller;
  /** Rows of credentials that this request may still be answered with, over all its aliases. */
  budget: { rows: number };
  /** What a resolver was refused with because too much was asked from here: it ends the whole request. */
  refused: { busy?: Busy };
};

/** Rows of credentials in one answer: a wallet has a few, and each may take kilobytes to read. */
const maxRows = 100;

export function openAsking(door: Door, call: Call): Asking {
  let party: ReturnType<Caller> | undefined;
  const caller: Caller = () => {
    party ??= bearerIfAny(door, call);
    return party;
  };
  return { door, call, caller, budget: { rows: maxRows }, refused: {} };
}

/** A resolver whose refusals are told by their code; what is no refusal goes into the log and is told as INTERNAL. */
export function resolver<Args>(resolve: (args: Args, asking: Asking) => unknown) {
  return async (_parent: unknown, args: Args, asking: Asking): Promise<unknown> => {
    try {
      return await resolve(args, asking);
    } catch (error) {
      throw await told(error, asking);
    }
  };
}

/** An error as clients see it: the sentence that is safe to show, and the code beside it. */
export function graphqlError({ code, detail, message }: Failure, requestId?: string): GraphQLError {
  return new GraphQLError(detail ?? message, { extensions: { code, ...(requestId !== undefined && { requestId }) } });
}

async function told(error: unknown, asking: Asking): Promise<GraphQLError> {
  const { door, call } = asking;
  const failure = failureOf(error);
  if (!(error instanceof Failure)) door.log.error("request failed", { id: call.id, ...errorFields(error) });
  if (failure instanceof Busy) asking.refused.busy = failure;
  await door.gate.count(call, failure);
  return graphqlError(failure, call.id);
}
