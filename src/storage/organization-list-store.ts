import type { ListStore } from "../badges/organization-lists.ts";
import type { Storage } from "./database.ts";
import { keepUntilWritten } from "./kept-answers.ts";

/** Lists that are kept in memory, of a hundred bytes each. */
const maxKept = 1024;

type Revision = { bits: number; latest: number | null };

/** What the read models of the log say of organisations' status lists. */
export function organizationListStore({ reader }: Pick<Storage, "reader">): ListStore {
  const lists = keepUntilWritten(reader, maxKept, ([row]: { organization: string; purpose: string }[]) => row);
  const revisions = keepUntilWritten(reader, maxKept, ([row]: Revision[]) => `${row!.bits}.${row!.latest ?? 0}`);
  return {
    findList: (list) => lists.ask(list, () => ({ sql: listById, params: [list] })),
    async roomiestList(organization, purpose, most) {
      const [row] = await reader.rows<{ id: string }>({ sql: roomiest, params: [organization, purpose, most] });
      return row?.id;
    },
    async takenPlaces(list) {
      return (await reader.rows<{ key: string }>({ sql: taken, params: [`status:${list}`] })).map(({ key }) =>
        Number(key),
      );
    },
    async setPlaces(list) {
      return (await reader.rows<{ place: number }>({ sql: set, params: [list] })).map(({ place }) => place);
    },
    listRevision: (list) => revisions.ask(list, () => ({ sql: revision, params: [list] })),
  };
}

const listById = "SELECT organization, purpose FROM award_lists WHERE id = ?";
const roomiest =
  "SELECT id, (SELECT count(*) FROM claims WHERE space = 'status:' || id) AS taken FROM award_lists " +
  "WHERE organization = ? AND purpose = ? AND taken < ? ORDER BY taken DESC, id LIMIT 1";
// A place stays taken for ever, whatever becomes of the award: that is what its claim says.
const taken = "SELECT key FROM claims WHERE space = ?";
const set = "SELECT status_index AS place FROM awards WHERE status_list = ? AND bit = 1";
// Who takes a bit back changes the count, and who sets one is the latest.
const revision = "SELECT count(*) AS bits, max(changed_seq) AS latest FROM awards WHERE status_list = ? AND bit = 1";
