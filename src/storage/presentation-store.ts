import type { KeptPresentation, ListedPresentation, Owner, PresentationStore } from "../credentials/presenting.ts";
import { maxKept } from "../credentials/presenting.ts";
import type { ProofMethod } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import { type Erasures, erasuresBy, erasuresOf, unerased } from "./award-erasures.ts";
import type { Storage } from "./database.ts";
import type { Parameter, Statement } from "./statement.ts";
import type { Tables } from "./tables.ts";

/** Presentations that subjects share, in SQLite or D1: what is written is written together. */
export function presentationStore({ reader, write }: Pick<Storage, "reader" | "write">): PresentationStore {
  const rows = async <R>(sql: string, ...params: Parameter[]) => reader.rows<R>({ sql, params });
  const find = async (id: string, now: number) => {
    const [row] = await rows<Row>(byId, id, now);
    return row && keptOf(row);
  };
  return {
    find,
    erasures: async (awards) => erasuresBy(await rows<Erasures>(erasuresOf, JSON.stringify(awards))),
    async insert(presentation, erasures) {
      const { id, jwt, awards, subject: user, method } = presentation;
      const owner = ownerParams({ user, method });
      await write(insertion(presentation, erasures, owner));
      const [state] = await rows<{ kept: string | null; left: number }>(outcome, id, ...owner);
      if (state?.kept === jwt) return state.left === 0 ? "kept" : "closed";
      if (state?.left) return "closed";
      if (typeof state?.kept === "string") return "taken";
      const since = erasuresBy(await rows<Erasures>(erasuresOf, JSON.stringify(awards)));
      return awards.some((award) => (since.get(award) ?? 0) !== (erasures.get(award) ?? 0)) ? "erased" : "full";
    },
    async ofOwner(owner, now) {
      return (await rows<ListedRow>(byOwner, ...ownerParams(owner), now)).map(listedOf);
    },
    async remove(id, owner) {
      const params = [id, ...ownerParams(owner)];
      const [known] = await rows<{ id: string }>(`SELECT id FROM presentations WHERE id = ? AND ${owned}`, ...params);
      if (!known) return false;
      await write(removal(`id = ? AND ${owned}`, params));
      return true;
    },
    removeOf: async (owner) => void (await write(removal(owned, ownerParams(owner)))),
    removeWith: async (award) => void (await write(removal(withAward, [award]))),
    tidy: async (now, limit) => void (await write(removal(ended, [now, limit]))),
  };
}

type Row = Tables["presentations"] & { awards: string };
type SharedRow = Omit<Tables["presentations"], "method" | "jwt" | "kept_seq">;
type ListedRow = SharedRow & { gone: number; hides: number; moved: number };

/** The address at the end of a did:pkh: indexes are on these very words. */
const addressOf = (subject: string) => `substr(${subject}, -42)`;

/** What is a wallet's own: of its address on every chain where it was proved by its own key, else of exactly its DID. */
const isOwn = (subject: string) => `${addressOf(subject)} = ? AND (${subject} = ? OR ? = 'recovery')`;

function ownerParams({ user, method }: Owner): Parameter[] {
  return [user.slice(-42), user, method];
}

const owned = isOwn("subject");

/** Who has left, has closed its reputation, which does not open again. */
const ownerHasLeft = `EXISTS (SELECT 1 FROM reputations r WHERE r.closed_seq IS NOT NULL AND ${isOwn("r.subject")})`;

/** The same of the subject of a presentation `p`, for its reputation `r`. */
const isClosing =
  `r.closed_seq IS NOT NULL AND ${addressOf("r.subject")} = ${addressOf("p.subject")} ` +
  "AND (r.subject = p.subject OR p.method = 'recovery')";
const hasLeft = `EXISTS (SELECT 1 FROM reputations r WHERE ${isClosing})`;

const columns = "id, subject, key, scores, badges, kept_at, expires_at";

/** What its holder hides, or was cancelled while it was held, is for nobody else, whatever it is shown with. */
const hides =
  "EXISTS (SELECT 1 FROM presented_awards a JOIN awards w ON w.document = a.award " +
  "WHERE a.presentation = p.id AND (w.hidden = 1 OR w.standing = 'cancelled'))";

/** Where nothing stands in the logs of its badges behind the place at which it was judged, they are as they were. */
const moved =
  "EXISTS (SELECT 1 FROM presented_awards a LEFT JOIN awards w ON w.document = a.award " +
  "WHERE a.presentation = p.id AND (w.changed_seq IS NULL OR w.changed_seq > p.kept_seq))";

const byId =
  `SELECT ${columns}, method, jwt, kept_seq, ` +
  "(SELECT json_group_array(a.award) FROM presented_awards a WHERE a.presentation = p.id) AS awards " +
  `FROM presentations p WHERE id = ? AND expires_at > ? AND NOT ${hasLeft} AND NOT ${hides}`;

const byOwner =
  `SELECT ${columns}, ${hasLeft} AS gone, ${hides} AS hides, ${moved} AS moved ` +
  `FROM presentations p WHERE ${owned} AND expires_at > ? ` +
  "ORDER BY kept_at DESC, id LIMIT 100";

const insert =
  "INSERT INTO presentations (id, subject, method, key, jwt, scores, badges, kept_seq, kept_at, expires_at) " +
  "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ? " +
  `WHERE (SELECT count(*) FROM presentations WHERE ${owned} AND expires_at > ?) < ? ` +
  `AND NOT ${ownerHasLeft} AND NOT EXISTS (SELECT 1 FROM json_each(?) WHERE NOT ${unerased("value ->> 0", "value ->> 1")}) ` +
  "ON CONFLICT (id) DO NOTHING";

const insertAwards =
  "INSERT INTO presented_awards (award, presentation) " +
  "SELECT value, p.id FROM presentations p, json_each(?) WHERE p.id = ? AND p.jwt = ? ON CONFLICT DO NOTHING";

const outcome = `SELECT (SELECT jwt FROM presentations WHERE id = ?) AS kept, ${ownerHasLeft} AS left`;

const withAward = "id IN (SELECT presentation FROM presented_awards WHERE award = ?)";

/** Who has left has an index of its own, so neither half looks at what goes on. */
const ended =
  "id IN (SELECT id FROM presentations WHERE expires_at <= ? UNION ALL " +
  `SELECT p.id FROM reputations r CROSS JOIN presentations p ON ${isClosing} LIMIT ?)`;

/** What is erased while it is being judged is not kept, and what is kept is found by whoever erases later. */
function insertion(
  presentation: KeptPresentation,
  erasures: ReadonlyMap<string, number>,
  owner: Parameter[],
): Statement[] {
  const { id, subject, method, key, jwt, scores, awards, keptSeq, keptAt, expiresAt } = presentation;
  const values = [id, subject, method, key, jwt, scores, awards.length, keptSeq, keptAt, expiresAt];
  const known = JSON.stringify(awards.map((award) => [award, erasures.get(award) ?? 0]));
  return [
    { sql: insert, params: [...values, ...owner, keptAt, maxKept, ...owner, known] },
    { sql: insertAwards, params: [JSON.stringify(awards), id, jwt] },
  ];
}

/** Where its awards stand goes with it. */
function removal(which: string, params: Parameter[]): Statement[] {
  return [{ sql: `DELETE FROM presentations WHERE ${which}`, params }];
}

function listedOf({ gone, hides, moved, badges, ...row }: ListedRow): ListedPresentation {
  return { ...sharedOf(row), badges, left: gone === 1, hidden: hides === 1, moved: moved === 1 };
}

function sharedOf({ id, subject, key, scores, kept_at, expires_at }: Omit<SharedRow, "badges">) {
  return { id, subject: subject as Did, key: key as Did, scores, keptAt: kept_at, expiresAt: expires_at };
}

function keptOf({ method, jwt, kept_seq, awards, badges: _, ...row }: Row): KeptPresentation {
  const known = { method: method as ProofMethod, jwt, keptSeq: kept_seq };
  return { ...sharedOf(row), ...known, awards: JSON.parse(awards) as string[] };
}
