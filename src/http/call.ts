import type { Context, HonoRequest } from "hono";
import { type Clock, day, type Millis, minute } from "../kernel/time.ts";
import type { Services } from "../services.ts";
import { clientAddress } from "./client-address.ts";
import { createGate, type Gate, type Visitor } from "./gate.ts";
import { type Limits, maxAnswerStreams, maxEventStreams } from "./limits.ts";
import type { Log } from "./log.ts";
import { createStreamGate, type StreamGate } from "./stream-gate.ts";

/** What differs between the runtimes. */
export type Runtime = {
  /** The address at the other end of the connection, "" where it is not known. */
  peerAddress(c: Context): string;
  /** Lets other requests have a turn within long work. */
  pause(): Promise<void>;
  /** How long a stream of events may last; without it, until the client or the process ends it. */
  maxStream?: Millis | undefined;
  /** Aborted when the process is about to end: streams end, and readiness says no. */
  closing?: AbortSignal | undefined;
};

/** What an installation sets about its pages. */
export type PageTerms = {
  /** Schemes of addresses that people may be sent to beside https. */
  deepLinks: readonly string[];
  /** How long what somebody agrees to may live. */
  maxDelegationLife: Millis;
};

/** What the entry hands over. */
export type HttpParts = {
  services: Services;
  limits: Limits;
  log: Log;
  clock: Clock;
  runtime: Runtime;
  /** Without it no scheme is registered, and a life of 90 days is taken. */
  pages?: PageTerms;
};

/** What stands behind every route. */
export type Door = HttpParts & { gate: Gate; events: StreamGate; answers: StreamGate; pages: PageTerms };

/** One request on its way. */
export type Call = Visitor & {
  /** The request id: made here, told in every answer and every log line. */
  id: string;
  request: HonoRequest;
};

export function openDoor(parts: HttpParts): Door {
  const { requests, operations, failures } = parts.limits;
  const perMinute = (burst: number) => ({ burst, window: minute });
  const gate = createGate({
    requests,
    operations,
    failures: perMinute(failures.perAddress),
    keyFailures: perMinute(failures.perKey),
  });
  return {
    ...parts,
    gate,
    events: createStreamGate(maxEventStreams),
    answers: createStreamGate(maxAnswerStreams),
    pages: parts.pages ?? { deepLinks: [], maxDelegationLife: 90 * day },
  };
}

export function openCall({ limits, clock, runtime }: Door, c: Context): Call {
  const { req: request } = c;
  const forwarded = limits.trustedProxies > 0 ? request.header("x-forwarded-for") : undefined;
  const address = clientAddress(runtime.peerAddress(c), forwarded, limits.trustedProxies);
  return { id: crypto.randomUUID(), request, address, now: clock(), about: undefined };
}

/** A part of the path, percent-decoded; "" where the route has none of this name. */
export function pathPart(call: Call, name: string): string {
  return call.request.param(name) ?? "";
}
