import { HandoverError } from '../../errors.ts';
import type { Query } from '../source.ts';
import type { Session } from './session.ts';
import { type ReadColumn, readTypes } from './types.ts';

/**
 * The columns that a statement answers with, by name, as the server sees them before it runs. Throws `source_refused`
 * when it has not those that the query selects.
 */
export async function readQueryColumns(session: Session, query: Query): Promise<Map<string, ReadColumn>> {
  // A comment at the end of the statement must not swallow the bracket.
  const described = await session.describe(`select * from (${query.sql}\n) q`);
  const types = await readTypes(
    session,
    described.map(({ typeOid }) => String(typeOid)),
  );
  const columns = new Map<string, ReadColumn>();
  for (const { name, typeOid } of described) {
    const type = types.get(String(typeOid));
    if (type) columns.set(name, type);
  }
  for (const { column } of query.columns) if (!columns.has(column)) throw noColumn(query, column, columns);
  return columns;
}

function noColumn(query: Query, column: string, columns: Map<string, ReadColumn>): HandoverError {
  const has = [...columns.keys()].map((name) => `"${name}"`).join(', ') || 'none';
  return new HandoverError(
    'source_refused',
    `Query "${query.name}": its statement has no column "${column}", it has: ${has}.`,
    { details: { query: query.name, column } },
  );
}
