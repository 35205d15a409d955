import { quote, quoteTable } from './create.ts';
import type { Described } from './describe.ts';

/**
 * The hand-written condition of a table, as SQL on `$1`: `{users}` becomes the ids of the subject's users,
 * `{users:email}` what another column of theirs holds. Null for tables of nobody.
 */
export function whereOf(tables: Described[], name: string): string | null {
  const table = tables.find((candidate) => candidate.name === name);
  if (!table) throw new Error(`No table ${name} is described.`);
  if (!('where' in table.truth)) return null;
  return table.truth.where.replace(/\{([\w.]+)(?::(\w+))?\}/g, (_, target: string, column = 'id') => {
    return `(select ${quote(column)} from ${quoteTable(target)} where ${whereOf(tables, target)})`;
  });
}
