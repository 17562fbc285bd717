import type { Cursor } from "../followers/follow.ts";
import { constraintOf } from "./conflict.ts";
import type { Reader, Statement, Writer } from "./statement.ts";

/** How far a follower of this name has come, and what it writes with that, together. */
export type FollowerCursor = {
  cursor(): Promise<Cursor>;
  /** False where another has written since; then nothing of it is written. */
  advance(from: Cursor, seq: number, statements: readonly Statement[]): Promise<boolean>;
  /** Writes that the follower exists, for what is written without an advance. */
  first: Statement;
};

/** In SQLite or D1. */
export function followerCursor({ reader, write }: { reader: Reader; write: Writer }, name: string): FollowerCursor {
  const first = { sql: beginning, params: [name] };
  return {
    first,
    cursor: async () => (await reader.rows<Cursor>({ sql: cursor, params: [name] }))[0] ?? { seq: 0, turn: 0 },
    advance: async ({ turn }, seq, statements) => {
      try {
        await write([first, { sql: advancing, params: [seq, turn, name] }, ...statements]);
        return true;
      } catch (error) {
        // Nothing of it is written where the turn is another by now.
        if (constraintOf(error)?.columns === "followers.turn") return false;
        throw error;
      }
    },
  };
}

const beginning = "INSERT INTO followers (name, seq, turn) VALUES (?, 0, 0) ON CONFLICT (name) DO NOTHING";
const cursor = "SELECT seq, turn FROM followers WHERE name = ?";
const advancing = "UPDATE followers SET seq = ?, turn = CASE WHEN turn = ? THEN turn + 1 END WHERE name = ?";
