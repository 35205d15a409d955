import type { Session } from './session.ts';

/** What is to be known of a column to read it. A domain is looked through: the type is the one it was made from. */
export interface ReadColumn {
  type: { schema: string; name: string };
  kind: 'plain' | 'array' | 'composite' | 'json-like';
}

/**
 * Of `pg_type t`. A type with a cast to json of its own (hstore, PostGIS) is JSON-like: `row_to_json` uses that cast,
 * and so do we. The type `record` is what `row(…)` makes in a statement; no table has it.
 */
export const KIND_OF_TYPE = `
  case when t.typcategory = 'A' or t.oid = 'pg_catalog._record'::pg_catalog.regtype then 'array'
    when t.typtype = 'c' or t.oid = 'pg_catalog.record'::pg_catalog.regtype then 'composite'
    when t.oid >= 16384 and exists (
      select from pg_catalog.pg_cast
      where castsource = t.oid and casttarget = 'pg_catalog.json'::pg_catalog.regtype and castmethod = 'f'
    ) then 'json-like' else 'plain' end`;

/** By oid, as the transaction sees them. */
export async function readTypes(session: Session, oids: Iterable<string>): Promise<Map<string, ReadColumn>> {
  const types = new Map<string, ReadColumn>();
  const others: string[] = [];
  for (const oid of new Set(oids)) {
    const name = namesOfOids[oid];
    if (name) types.set(oid, { type: { schema: 'pg_catalog', name }, kind: 'plain' });
    else others.push(oid);
  }
  if (others.length === 0) return types;
  const rows = await session.query(`
    with recursive looked_through as (
      select t.oid as asked, t.oid from pg_catalog.pg_type t where t.oid in (${others})
      union all
      select l.asked, t.typbasetype
      from looked_through l join pg_catalog.pg_type t on t.oid = l.oid where t.typtype = 'd'
    )
    select l.asked::text, n.nspname::text, t.typname::text, ${KIND_OF_TYPE}
    from looked_through l
    join pg_catalog.pg_type t on t.oid = l.oid and t.typtype <> 'd'
    join pg_catalog.pg_namespace n on n.oid = t.typnamespace`);
  for (const [oid, schema, name, kind] of rows) {
    types.set(oid ?? '', {
      type: { schema: schema ?? '', name: name ?? '' },
      kind: kind as ReadColumn['kind'],
    });
  }
  return types;
}

/** Types that most columns have, in `pg_catalog`: these numbers are written into every Postgres, and into its drivers. */
const namesOfOids: Record<string, string> = {
  16: 'bool',
  17: 'bytea',
  19: 'name',
  20: 'int8',
  21: 'int2',
  23: 'int4',
  25: 'text',
  26: 'oid',
  114: 'json',
  700: 'float4',
  701: 'float8',
  869: 'inet',
  1042: 'bpchar',
  1043: 'varchar',
  1082: 'date',
  1083: 'time',
  1114: 'timestamp',
  1184: 'timestamptz',
  1186: 'interval',
  1266: 'timetz',
  1700: 'numeric',
  2950: 'uuid',
  3802: 'jsonb',
};
