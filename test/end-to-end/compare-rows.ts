import type pg from 'pg';

/** What a category must hold, said by hand and in SQL, independently of the config. */
export interface Promised {
  table: string;
  /** Columns that stay. All others leave, each under its name in camelCase. */
  stays?: string[];
  /** What leaves in the place of a JSON column from which paths are excluded. */
  instead?: Record<string, string>;
  /** Which rows of the table, as alias `t`, are those of account `$1`. */
  belongs?: string;
}

/** Lets Postgres itself parse the document: one row of `archived` for each row of the file, in the file's order. */
export async function parseArchive(db: pg.Client, document: string): Promise<void> {
  await db.query(`
    drop table if exists pg_temp.archived;
    create temp table archived (category text, category_at bigint, row_at bigint, entry json)`);
  await db.query(
    `insert into archived
     select c.key, c.ordinality, r.ordinality, r.value
     from json_each($1::json -> 'data') with ordinality c,
       json_array_elements(c.value) with ordinality r`,
    [document],
  );
}

export async function archivedCategories(db: pg.Client): Promise<string[]> {
  const { rows } = await db.query<{ category: string }>(
    'select category from archived group by category, category_at order by category_at',
  );
  return rows.map((row) => row.category);
}

/** The sets of keys that rows of a category have, each sorted; one if all rows have the same. */
export async function archivedKeys(db: pg.Client, category: string): Promise<string[][]> {
  const { rows } = await db.query<{ keys: string[] }>(
    `select distinct array(select key from json_object_keys(entry) key order by key) as keys
     from archived where category = $1`,
    [category],
  );
  return rows.map((row) => row.keys);
}

export async function promisedKeys(db: pg.Client, promised: Promised): Promise<string[]> {
  const columns = await leavingColumns(db, promised);
  return columns.map(({ name }) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())).sort();
}

/**
 * Compares a category, row for row in the order of the table's key and column for column as values of the column's
 * own type (JSON as jsonb). Returns how many rows are equal, and the first few places where the two differ: a row
 * that is missing, one too many, another place in the order, another value.
 */
export async function compareRows(
  db: pg.Client,
  category: string,
  promised: Promised,
  account: string,
): Promise<{ equal: number; differences: object[] }> {
  const { table, belongs = 't.account_id = $1', instead = {} } = promised;
  const columns = await leavingColumns(db, promised);
  const value = (of: string, { name, type }: Column) => `${of}."${name}"${type === 'json' ? '::jsonb' : ''}`;
  const archived = columns.map((column) => `${value('p', column)} as "${column.name}"`);
  const kept = columns.map((column) => `${instead[column.name] ?? value('t', column)} as "${column.name}"`);
  const { rows } = await db.query<{ equal: number; differences: object[] }>(
    `with archived_rows as (
       select a.row_at as place, ${archived} from archived a, json_populate_record(null::${table}, (
         select json_object_agg(lower(regexp_replace(key, '([A-Z])', '_\\1', 'g')), value) from json_each(a.entry)
       )) p where a.category = $2
     ), kept_rows as (
       select row_number() over (order by t.id) as place, ${kept} from ${table} t where ${belongs}
     ), differences as (
       select a as archived, k as kept from archived_rows a full join kept_rows k using (place)
       where a is distinct from k limit 3
     )
     select (select count(*)::int from archived_rows a join kept_rows k using (place)
               where a is not distinct from k) as equal,
       array(select row_to_json(d) from differences d) as differences`,
    [account, category],
  );
  const [result] = rows;
  if (!result) throw new Error('No result.');
  return result;
}

interface Column {
  name: string;
  type: string;
}

async function leavingColumns(db: pg.Client, { table, stays = [] }: Promised): Promise<Column[]> {
  const { rows } = await db.query<Column>(
    `select column_name as name, data_type as type from information_schema.columns
     where table_schema = 'public' and table_name = $1 and column_name <> all($2) order by ordinal_position`,
    [table, stays],
  );
  return rows;
}
