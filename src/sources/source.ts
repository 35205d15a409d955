/**
 * A *source* is the product's database, which Handover only reads. This file is the whole of what the engine
 * knows about one; a driver (`postgres/`, `pglite/`) implements it, and one contract test runs over both.
 *
 * - *selection*: which columns of which table a category is made of, and which rows belong to the subject.
 * - *snapshot*: one instant of the source, held open. All rows of an export come from one snapshot.
 * - *reader*: one session that sees a snapshot. Readers on other connections, threads or machines join it by id.
 * - *key range*: a half-open slice of a selection by its key, so that several readers can share one category.
 */

/** One category as a source reads it. Names are plain catalog names; the driver quotes them. */
export interface Selection {
  category: string;
  schema: string;
  table: string;
  /** Rows of the table itself, without those of the tables that inherit from it. Not for partitioned tables. */
  only?: true;
  /** In the order in which the keys stand in each JSON row. */
  columns: SelectedColumn[];
  belongsTo: Belonging;
  /** A further SQL predicate, written by the operator in the config; the table's alias is `t`. */
  where?: string;
  /** Columns that order the rows, unique together. The first one cuts key ranges. */
  orderBy: string[];
}

export interface SelectedColumn {
  column: string;
  /** The key in the JSON row. */
  key: string;
  /** Paths to leave out inside a JSON column, e.g. `['gateways', '*', 'password']`; `*` is any element or key. */
  omit?: string[][];
}

/** How a row belongs to the subject: in one way, or in any of several. A row that belongs in two is read once. */
export type Belonging = Way | { anyOf: Way[] };

/** `t.column = subject`, or the same one or more tables away. */
export interface Way {
  /** The column that holds the subject's id: of the table itself, or of the last hop. */
  column: string;
  /** Columns of the table itself that must equal a constant, `{ owner_type: 'User' }`. */
  is?: Record<string, string>;
  /** From the table outward; each hop joins on `{ columnOfPrevious: columnOfHop }`. */
  through?: Hop[];
}

export interface Hop {
  schema: string;
  table: string;
  on: Record<string, string>;
  /** Columns of this hop that must equal a constant. */
  is?: Record<string, string>;
}

/** The ways of a belonging: one at least. */
export function waysOf(belongsTo: Belonging): Way[] {
  return 'anyOf' in belongsTo ? belongsTo.anyOf : [belongsTo];
}

/** Half-open `[from, to)` on the first `orderBy` column, as Postgres prints its values; null is unbounded. */
export interface KeyRange {
  from: string | null;
  to: string | null;
}

/** Rows of a selection, counted one by one under the snapshot: what a read must give is the difference. */
export interface RowCount {
  /** That belong to the subject, whatever `where` says. */
  rowsInScope: number;
  /** Of those, that `where` leaves out: it is false for them, or null. */
  rowsLeftOut: number;
}

/** A run of whole JSON rows. `bytes` may be overwritten once the next chunk is asked for. */
export interface RowChunk {
  bytes: Uint8Array;
  rows: number;
  /** Byte sequences of the source that were not UTF-8 and became U+FFFD; absent when there were none. */
  replaced?: number;
}

export interface ReadOptions {
  range?: KeyRange;
  /** Stands between two rows, and between two chunks (never before the first row or after the last). */
  separator: Uint8Array;
  /** Stops the read and the statement on the server. */
  signal?: AbortSignal;
}

/**
 * Rows that one statement makes: for shapes that no single table has. The SQL is written by Handover from the config,
 * every value in it quoted (`quoteLiteral` of `postgres/quote.ts`); column types are asked of the server.
 */
export interface Query {
  /** For errors: what is being read. */
  name: string;
  /** One SELECT, ordered by itself. */
  sql: string;
  /** In the order in which the keys stand in each JSON row; `column` names an output column of the SELECT. */
  columns: SelectedColumn[];
}

/**
 * Rows of one selection, the separator between rows and chunks already in them: to be read to their end before those of
 * the next are asked for.
 */
export interface SelectionRows {
  category: string;
  chunks: AsyncIterable<RowChunk>;
}

export interface Reader {
  /**
   * What will be asked of these, so that the catalog is read once for all. Of use only; what is wrong with one of them
   * is said when it is read.
   */
  foresee(selections: Selection[]): Promise<void>;
  /** Without reading a row: nothing of it is shared with `read` but the names and the snapshot. */
  count(selection: Selection, subject: string): Promise<RowCount>;
  /** The same of many, of which each is asked at once: what there is between a small export and the next is round trips. */
  countEach(selections: Selection[], subject: string): Promise<RowCount[]>;
  /**
   * Cuts a selection into ranges of about `targetRows`; one unbounded range if it is small or cannot be cut. `rows` is
   * how many it has, where that is known.
   */
  cut(selection: Selection, subject: string, targetRows: number, rows?: number): Promise<KeyRange[]>;
  /** Rows as JSON objects in the order of the key. Throws `source_refused` if the catalog does not match. */
  read(selection: Selection, subject: string, options: ReadOptions): AsyncIterable<RowChunk>;
  /**
   * What `read` gives of each selection, in their order, without a round trip between them. Whether the tables are still
   * what the snapshot knows is found out at the end: rows count for nothing before the last of them are read.
   */
  readEach(
    selections: Selection[],
    subject: string,
    options: Omit<ReadOptions, 'range'>,
  ): AsyncIterable<SelectionRows>;
  /** Rows of a statement as JSON objects, like `read`. */
  readQuery(query: Query, options: Omit<ReadOptions, 'range'>): AsyncIterable<RowChunk>;
  /**
   * Rows of a statement as RFC 4180 lines without a header, each ended by CRLF; `rows` counts records, not lines.
   * Values stand as Postgres prints them (in UTC, `t` and `f`); null is nothing, an empty text `""`.
   */
  readCsv(query: Pick<Query, 'name' | 'sql'>, options: { signal?: AbortSignal }): AsyncIterable<RowChunk>;
  /** A small answer row by row, each value as its cast to text: counts, and whether something exists. Buffered whole. */
  ask(query: Pick<Query, 'name' | 'sql'>): Promise<(string | null)[][]>;
  close(): Promise<void>;
}

export interface Snapshot extends Reader {
  /** What another reader joins by; valid while this snapshot is open. */
  id: string;
  /** False where only its own connection sees it: nobody can join. */
  isShareable: boolean;
  /** The instant, RFC 3339, UTC, microseconds: `2026-02-28T12:00:00.000000Z`. */
  takenAt: string;
}

export interface Source {
  /** A read-only repeatable-read transaction. Throws `source_unavailable` if the database cannot be reached. */
  openSnapshot(): Promise<Snapshot>;
  /** Throws `snapshot_lost` if the holder is gone. */
  joinSnapshot(id: string): Promise<Reader>;
  close(): Promise<void>;
}
