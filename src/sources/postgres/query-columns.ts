import { HandoverError } from '../../errors.ts';
import type { Query } from '../source.ts';
import { KIND_OF_TYPE, type ReadColumn } from './columns.ts';
import type { Session } from './session.ts';

/**
 * The columns that a statement answers with, by name, as the server sees them before it runs. Throws `source_refused`
 * when it has not those that the query selects.
 */
export async function readQueryColumns(session: Session, query: Query): Promise<Map<string, ReadColumn>> {
  // A comment at the end of the statement must not swallow the bracket.
  const described = await session.describe(`select * from (${query.sql}\n) q limit 0`);
  const types = await readTypes(
    session,
    described.map(({ typeOid }) => typeOid),
  );
  const columns = new Map<string, ReadColumn>();
  for (const { name, typeOid } of described) {
    const type = types.get(typeOid);
    if (type) columns.set(name, type);
  }
  for (const { column } of query.columns) if (!columns.has(column)) throw noColumn(query, column, columns);
  return columns;
}

/** By oid. There are no domains among them: the server describes a domain as the type that it was made from. */
async function readTypes(session: Session, oids: number[]): Promise<Map<number, ReadColumn>> {
  if (oids.length === 0) return new Map();
  const rows = await session.query(`
    select t.oid::text, n.nspname::text, t.typname::text, ${KIND_OF_TYPE}
    from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    where t.oid in (${oids})`);
  return new Map(
    rows.map(([oid, schema, name, kind]) => [
      Number(oid),
      { type: { schema: schema ?? '', name: name ?? '' }, kind: kind as ReadColumn['kind'] },
    ]),
  );
}

function noColumn(query: Query, column: string, columns: Map<string, ReadColumn>): HandoverError {
  const has = [...columns.keys()].map((name) => `"${name}"`).join(', ') || 'none';
  return new HandoverError(
    'source_refused',
    `Query "${query.name}": its statement has no column "${column}", it has: ${has}.`,
    { details: { query: query.name, column } },
  );
}
