import type { ResolvedChat } from '../config/resolved.ts';
import { quoteTable } from '../sources/postgres/quote.ts';
import { userFields } from './api-fields.ts';
import { columnsOf, fieldSql, type Made, type OutputColumn, objectSql, omissionsOf } from './columns.ts';
import type { InstantStyle } from './request.ts';

export function userColumns(chat: ResolvedChat, style: InstantStyle): OutputColumn[] {
  return columnsOf(chat.users, userFields, { alias: 't', style });
}

/**
 * The named subquery `people (id, j)`: the JSON of each user whom the statement mentions, made once and not once a
 * row. `idQueries` select ids of users, of the type that the users' table has; there is at least one. An id that stands
 * twice in the table must not double what is joined to it.
 */
export function peopleCte(chat: ResolvedChat, style: InstantStyle, idQueries: string[]): string {
  const id = fieldSql(chat.users, 'id', 't');
  return `people as materialized (
  select distinct on (${id}) ${id} as id, ${objectSql(userColumns(chat, style))} as j
  from ${quoteTable(chat.users)} t where ${id} in (${idQueries.join(' union ')}))`;
}

/** Selects the ids of users that are only known as text, such as those in a JSON list. */
export function idsByText(chat: ResolvedChat, textQuery: string): string {
  const id = fieldSql(chat.users, 'id', 'u');
  return `select ${id} from ${quoteTable(chat.users)} u where ${id}::text in (${textQuery})`;
}

/** `left join people …`: the row stays where the user is unknown. */
export function joinPerson(alias: string, id: string): string {
  return `left join people ${alias} on ${alias}.id = ${id}`;
}

/** A user inside of another object: null if there is no such user. */
export function person(chat: ResolvedChat, style: InstantStyle, alias: string): Made {
  return { row: `${alias}.j`, omit: omissionsOf(userColumns(chat, style)) };
}
