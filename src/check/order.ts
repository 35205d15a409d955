import type { Relation } from '../catalog/database-schema.ts';
import type { Report } from './finding.ts';
import type { Reading } from './reading.ts';
import { nameOf, namesOf } from './sql-names.ts';

/**
 * Equal data gives equal bytes only if the rows have one order. A view cannot say what is unique in it, so it is taken at
 * the config's word.
 */
export function checkOrder({ orderBy, only, place }: Reading, relation: Relation, report: Report): void {
  if (orderBy === null || relation.kind === 'view' || relation.kind === 'foreign-table') return;
  const keys = [
    ...(relation.primaryKey === null ? [] : [relation.primaryKey]),
    ...relation.uniqueKeys.filter(({ isComplete }) => isComplete).map(({ columns }) => columns),
  ];
  const covers = (columns: string[]) => columns.every((column) => orderBy.includes(column));
  if (covers(namesOf(relation))) return;
  // A key of a table says nothing of the tables that inherit from it.
  const isAlone = only || relation.kind !== 'table' || relation.children.length === 0;
  if (isAlone && keys.some(covers)) return;
  const at = { at: [...place.at, 'orderBy'] };
  const [key] = isAlone ? keys.toSorted((a, b) => a.length - b.length) : [];
  if (key === undefined) {
    report(
      'no-key',
      at,
      isAlone
        ? `${nameOf(relation)} has no primary key and no unique index, so two rows may change places from one export to the next`
        : `the tables that inherit from ${nameOf(relation)} may repeat its keys, so two rows may change places from one export to the next`,
      isAlone
        ? 'add a key to the table, or order by all its columns'
        : 'read each with `only: true`, or order by all its columns',
    );
    return;
  }
  report(
    'order-not-unique',
    at,
    `no key of ${nameOf(relation)} says that ${orderBy.join(', ')} is unique, so two rows may change places from one export to the next`,
    `orderBy: [${[...orderBy, ...key.filter((column) => !orderBy.includes(column))].map((column) => `'${column}'`).join(', ')}]`,
  );
}
