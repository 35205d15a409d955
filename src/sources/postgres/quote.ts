import { escapeIdentifier, escapeLiteral } from 'pg';
import { HandoverError } from '../../errors.ts';

/** A string literal of SQL, whatever the value says. Throws `source_refused` for what no text of Postgres can hold. */
export function quoteLiteral(value: string): string {
  return escapeLiteral(requireText(value));
}

/** A name of SQL, whatever it says. Throws like {@link quoteLiteral}. */
export function quoteIdentifier(name: string): string {
  return escapeIdentifier(requireText(name));
}

/** The name of a table with that of its schema. */
export function quoteTable({ schema, table }: { schema: string; table: string }): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

/** NUL would end the statement there; half a surrogate pair would become U+FFFD, which is another value. */
function requireText(text: string): string {
  if (!text.includes('\0') && text.isWellFormed()) return text;
  throw new HandoverError(
    'source_refused',
    'A value for the source has a NUL or half a character in it, which no text of Postgres can hold.',
  );
}
