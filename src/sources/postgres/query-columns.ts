import { HandoverError } from '../../errors.ts';
import type { Query } from '../source.ts';
import type { Session } from './session.ts';
import { type ReadColumn, readTypes } from './types.ts';
import { withoutTexts } from './without-literals.ts';

type Columns = Map<string, ReadColumn>;

/** Of each session, by statement: a request asks the same of one channel or user after the other. */
const knownOf = new WeakMap<Session, Map<string, Columns>>();

/**
 * The columns that a statement answers with, by name, as the server sees them before it runs. Asked of the server once a
 * session for all statements that differ only in their texts; a table that is altered in between is noticed at the end of
 * the read. Throws `source_refused` when it has not those that the query selects.
 */
export async function readQueryColumns(session: Session, query: Query): Promise<Columns> {
  const known = knownOf.get(session) ?? new Map<string, Columns>();
  knownOf.set(session, known);
  const statement = withoutTexts(query.sql);
  const columns = known.get(statement) ?? (await describeColumns(session, query));
  known.set(statement, columns);
  for (const { column } of query.columns) if (!columns.has(column)) throw noColumn(query, column, columns);
  return columns;
}

async function describeColumns(session: Session, query: Query): Promise<Columns> {
  // A comment at the end of the statement must not swallow the bracket.
  const described = await session.describe(`select * from (${query.sql}\n) q`);
  const types = await readTypes(
    session,
    described.map(({ typeOid }) => String(typeOid)),
  );
  const columns: Columns = new Map();
  for (const { name, typeOid } of described) {
    const type = types.get(String(typeOid));
    if (type) columns.set(name, type);
  }
  return columns;
}

function noColumn(query: Query, column: string, columns: Columns): HandoverError {
  const has = [...columns.keys()].map((name) => `"${name}"`).join(', ') || 'none';
  return new HandoverError(
    'source_refused',
    `Query "${query.name}": its statement has no column "${column}", it has: ${has}.`,
    { details: { query: query.name, column } },
  );
}
