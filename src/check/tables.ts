import {
  type DatabaseSchema,
  findColumn,
  findRelation,
  isSameTable,
  type Relation,
  type TableName,
} from '../catalog/database-schema.ts';
import { parseTable } from '../config/names.ts';
import { didYouMean } from '../config/problems.ts';
import type { LeftOut } from '../config/resolved.ts';
import type { Place, Report } from './finding.ts';
import type { Reading } from './reading.ts';
import { nameOf, quote, quoteTable } from './sql-names.ts';

/** The table of that name; null, and reported, when there is none. */
export function requireTable(
  schema: DatabaseSchema,
  name: TableName,
  place: Place,
  report: Report,
): Relation | null {
  const relation = findRelation(schema, name);
  if (relation !== null) return relation;
  const hint = didYouMean(
    nameOf(name),
    schema.relations.map((other) => nameOf(other)),
  );
  report(
    'table-missing',
    place,
    `there is no table ${nameOf(name)}${hint.replace(/\?$/, '')}`,
    'remove what names it, or name the table that took its place',
  );
  return null;
}

/** Row-level security, and rows that a table shares with those that inherit from it. */
export function checkTable(
  reading: Reading,
  relation: Relation,
  schema: DatabaseSchema,
  report: Report,
): void {
  checkRowSecurity(relation, reading.place, schema, report);
  if (relation.kind === 'partitioned' && reading.only) {
    report(
      'no-rows-of-its-own',
      { at: [...reading.place.at, 'only'] },
      `${nameOf(relation)} is partitioned, so it has no rows of its own`,
      'remove `only`',
    );
  }
}

export function checkRowSecurity(
  relation: Relation,
  place: Place,
  schema: DatabaseSchema,
  report: Report,
): void {
  if (!relation.rowSecurity.bindsRole) return;
  report(
    'row-security',
    place,
    `row-level security of ${nameOf(relation)} binds the role ${schema.role}, so its rows cannot be read whole and the export fails`,
    `alter role ${quote(schema.role)} bypassrls, or read with a role that has it`,
  );
}

/**
 * Tables that inherit from one that is read hand their rows out with it, without the columns that are theirs alone.
 * Each must then stand for itself, and the table say `only`.
 */
export function checkChildren(
  reading: Reading,
  relation: Relation,
  readings: Reading[],
  leftOut: LeftOut[],
  schema: DatabaseSchema,
  report: Report,
): void {
  for (const name of reading.only || relation.kind === 'partitioned' ? [] : relation.children) {
    const child = findRelation(schema, name);
    if (child === null) continue;
    const own = child.columns.filter((column) => findColumn(relation, column.name) === null);
    const isRead = readings.some((other) => isSameTable(other, child));
    const stays = leftOut.some(({ what }) =>
      isSameTable(parseTable(what) ?? { schema: '', table: '' }, child),
    );
    if (own.length === 0 && !isRead && !stays) continue;
    const why = isRead
      ? 'is read for itself too, so its rows leave twice'
      : stays
        ? 'is left out'
        : `has columns of its own that nobody has classified (${own.map(({ name }) => name).join(', ')})`;
    report(
      'rows-of-children',
      reading.place,
      `the rows of ${nameOf(child)}, which inherits from ${nameOf(relation)}, leave with ${reading.name}, and it ${why}`,
      `add \`only: true\` to ${reading.name}${isRead || stays ? '' : `, and a category for ${quoteTable(child)} or a reason in leftOut`}`,
    );
  }
}

/** Tables that are left out and are not there. */
export function checkLeftOut(
  leftOut: LeftOut[],
  at: (string | number)[],
  schema: DatabaseSchema,
  report: Report,
): void {
  for (const { what } of leftOut) {
    const name = parseTable(what);
    if (name === null || findRelation(schema, name) !== null) continue;
    report(
      'exclusion-missing',
      { at: [...at, what] },
      `there is no table ${nameOf(name)} any more`,
      'remove it from leftOut, or name the table that took its place',
    );
  }
}
