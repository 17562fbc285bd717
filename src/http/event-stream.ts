import { type Clock, type Millis, second } from "../kernel/time.ts";
import type { Call, Door } from "./call.ts";
import { content, type Reply } from "./reply.ts";
import { streamOf } from "./streaming.ts";

/** A comment that keeps proxies from closing a silent connection. */
const heartbeat = 15 * second;

/**
 * What is to be sent behind a place, each an event as a text, and the place behind it; none where nothing has come, and
 * undefined where the stream is to end.
 */
export type ReadEvents<Place> = (place: Place) => Promise<{ events: string[]; place: Place } | undefined>;

/** An event of a stream (HTML, section 9.2). */
export function eventText(name: string, id: string | number, data: unknown): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Sends events as they come: whenever something is appended to the log it reads again, at most once in `pace`. Ends with
 * the client, the process, or what the runtime allows. Refuses with TOO_MANY_REQUESTS.
 */
export function eventReply<Place>(
  door: Door,
  call: Call,
  start: Place,
  read: ReadEvents<Place>,
  pace: Millis = 0,
): Reply {
  const headers = { vary: "accept", "x-accel-buffering": "no" };
  // A client that asks for the head only opens nothing.
  if (call.request.method === "HEAD") return content("text/event-stream", null, headers);
  const leave = door.events.enter(call);
  const gone = new AbortController();
  const stop = () => {
    gone.abort();
    leave();
  };
  const texts = eventTexts(door, start, read, { pace, gone: gone.signal, leave });
  return content("text/event-stream", streamOf(texts, 65_536, stop), headers);
}

async function* eventTexts<Place>(
  { services, clock, runtime }: Door,
  start: Place,
  read: ReadEvents<Place>,
  { pace, gone, leave }: { pace: Millis; gone: AbortSignal; leave: () => void },
) {
  const { log } = services;
  const deadline = deadlineOf(clock, runtime.maxStream);
  const ended = () => gone.aborted || runtime.closing?.aborted === true || deadline.left() <= 0;
  try {
    yield `retry: ${second}\n\n`;
    for (let place = start; !ended(); ) {
      const waiting = new AbortController();
      const signals = [gone, waiting.signal, ...(runtime.closing ? [runtime.closing] : [])];
      // Waits from before it reads, so that no commit falls in between.
      const commit = log.next(Math.min(heartbeat, deadline.left()), AbortSignal.any(signals));
      const found = await read(place);
      if (!found) {
        waiting.abort();
        return;
      }
      yield* found.events;
      place = found.place;
      const silent = found.events.length === 0;
      if (!silent) waiting.abort();
      await commit;
      if (silent) yield ": \n\n";
      if (silent && pace > 0 && !ended()) await delay(pace, gone);
    }
  } finally {
    leave();
  }
}

function delay(milliseconds: Millis, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const wake = () => {
      clearTimeout(timer);
      resolve();
    };
    gone.addEventListener("abort", wake, { once: true });
  });
}

function deadlineOf(clock: Clock, most: number | undefined): { left(): number } {
  const start = clock();
  return { left: () => (most === undefined ? Number.POSITIVE_INFINITY : start + most - clock()) };
}
