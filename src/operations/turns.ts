/**
 * Does what is asked for one name in order of arrival, each when the one before is done. The service signs behind the
 * head that it sees, and signing takes a moment in which another would take that head: of many at once most would lose.
 */
export function takeTurns() {
  const last = new Map<string, Promise<unknown>>();
  return <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const before = last.get(name);
    const turn = before ? before.then(work, work) : work();
    last.set(name, turn);
    const leave = () => void (last.get(name) === turn && last.delete(name));
    turn.then(leave, leave);
    return turn;
  };
}
