import type { Call, Door } from "./call.ts";
import { maxHeldResults } from "./limits.ts";
import { content, type Reply } from "./reply.ts";
import { streamOf } from "./streaming.ts";

export const ndjson = "application/x-ndjson";

/**
 * An answer that is made as it is read; `stop` is told when the client is gone. Refuses with TOO_MANY_REQUESTS where too
 * many are open.
 */
export function streamed(
  { answers }: Door,
  call: Call,
  type: string,
  texts: AsyncGenerator<string, void>,
  stop: () => void = () => {},
): Reply {
  const leave = answers.enter(call);
  const gone = () => {
    stop();
    leave();
  };
  // A proxy that gathers the answer would keep the client waiting.
  return content(type, streamOf(untilEnd(texts, leave), maxHeldResults, gone), { "x-accel-buffering": "no" });
}

async function* untilEnd(texts: AsyncGenerator<string, void>, leave: () => void): AsyncGenerator<string, void> {
  try {
    yield* texts;
  } finally {
    leave();
  }
}
