import { createHash } from 'node:crypto';

/** One session of a database: a PGlite, or a client of `pg` (no pool, since one transaction spans several calls). */
export interface Session {
  query(sql: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  /** Runs several statements at once; where there is none, `query` does. */
  exec?(sql: string): Promise<unknown>;
}

export interface FillProgress {
  table: string;
  /** Rows so far, of all tables. */
  rows: number;
}

/** What a database is filled with. */
export interface Filling {
  /** SQL that makes types and tables and, from the line `-- After the rows` on, the rest. */
  schema: string;
  /** In an order in which every reference finds its row. The first one bears the mark of what was filled. */
  tables: { name: string; batches(): Iterable<Batch> | AsyncIterable<Batch> }[];
  /** Bytes that change with the rows. */
  content: Uint8Array;
  /** SQL that makes rows from those that are there. */
  derive?: string;
}

/** Rows as one JSON array, small enough that the event loop gets its turn. */
export interface Batch {
  json: string;
  rows: number;
}

/**
 * Makes a product's tables and fills them: all of it in one transaction, or nothing. What was filled from the same data
 * before is left as it is; what was filled from other data is made anew. Returns the rows written, 0 for none.
 */
export async function fillDatabase(
  db: Session,
  { schema, tables, content, derive }: Filling,
  { onProgress }: { onProgress?: (progress: FillProgress) => void } = {},
): Promise<number> {
  const exec = (sql: string) => (db.exec ? db.exec(sql) : db.query(sql));
  const version = createHash('sha256').update(schema).update(content).digest('hex');
  const marked = tables[0]?.name ?? '';

  await exec('begin');
  try {
    const filled = await filledVersion(db, marked);
    if (filled === version) {
      await exec('rollback');
      return 0;
    }
    // Only what this function made itself is ever dropped: a table of somebody else stops it.
    if (filled !== null) await exec(dropAll(schema));
    const [beforeRows, afterRows] = cutSchema(schema);
    await exec(beforeRows);
    let rows = 0;
    for (const { name, batches } of tables) {
      for await (const batch of batches()) {
        await db.query(insertRows(name), [batch.json]);
        rows += batch.rows;
        onProgress?.({ table: name, rows });
      }
    }
    if (derive !== undefined) await exec(derive);
    await exec(afterRows);
    await exec(`comment on table ${marked} is '${mark}${version}'`);
    await exec('commit');
    await exec('analyze');
    return rows;
  } catch (error) {
    await exec('rollback');
    throw error;
  }
}

/** What was filled is marked by a comment on its first table. */
const mark = 'Handover example data, version ';

async function filledVersion(db: Session, table: string): Promise<string | null> {
  const { rows } = await db.query("select obj_description(to_regclass($1), 'pg_class') as comment", [table]);
  const { comment } = rows[0] as { comment: string | null };
  return comment?.startsWith(mark) ? comment.slice(mark.length) : null;
}

function cutSchema(schema: string): [beforeRows: string, afterRows: string] {
  const cut = schema.indexOf('-- After the rows');
  return [schema.slice(0, cut), schema.slice(cut)];
}

function dropAll(schema: string): string {
  const made = (what: string) =>
    Array.from(schema.matchAll(new RegExp(`^create ${what} (\\w+)`, 'gm')), ([, name]) => name);
  return `drop table if exists ${made('table')} cascade; drop type if exists ${made('type')}`;
}

const insertRows = (table: string) =>
  `insert into ${table} select * from json_populate_recordset(null::${table}, $1::json)`;
