export type Parameter = string | number | null;

/**
 * SQL that SQLite and D1 both run, with anonymous parameters; D1 takes at most 100 of them, and 100 KB of SQL. What
 * writes an entry is marked, because each database tells its place in another way.
 */
export type Statement = { sql: string; params: Parameter[]; writesEntry?: true };

/** How an adapter reads; the synchronous one answers without a promise. */
export type Reader = {
  rows<R>(statement: Statement): R[] | Promise<R[]>;
  /** Rows as lists of their values, in the order of the columns: of many thousands, half the work. */
  values<R extends readonly unknown[]>(statement: Statement): R[] | Promise<R[]>;
  /** The rows of each statement, all of one moment. */
  together(statements: readonly Statement[]): unknown[][] | Promise<unknown[][]>;
  /**
   * A number that changes with all that is written before the call, by whomever, except for what this process appends.
   * Absent where nobody can tell.
   */
  version?(): Promise<number>;
  /** The same, and with what this process appends, too. */
  versionOfAll?(): Promise<number>;
  /** As `versionOfAll`, without waiting for others that ask: for questions that take far longer than to ask by oneself. */
  versionAtOnce?(): number;
};

/** How an adapter writes: a list together or not at all. Answers with the places of the entries among them. */
export type Writer = (statements: readonly Statement[]) => Promise<number[]>;
