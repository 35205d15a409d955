import { type Relation, tableKey } from '../catalog/database-schema.ts';
import type { Owned } from './ways.ts';

export interface Found extends Owned {
  /** Rows of the table itself, without those of tables that inherit from it. */
  only: boolean;
}

/**
 * A read of a table reads those that inherit from it too, but only the columns that it has itself. Where none of them
 * adds a column, they are read through it. Where one does, each is read by itself.
 */
export function coverInherited(owned: Owned[]): Found[] {
  const byKey = new Map(owned.map((one) => [tableKey(one.table), one]));
  const isSplit = (table: Relation): boolean => {
    const heirs = heirsOf(table, byKey);
    return heirs.some(({ table: heir }) => heir.columns.length > table.columns.length || isSplit(heir));
  };
  const isCovered = (table: Relation): boolean =>
    table.inheritsFrom.some((name) => {
      const parent = byKey.get(tableKey(name));
      return parent !== undefined && (!isSplit(parent.table) || isCovered(parent.table));
    });
  return owned
    .filter(({ table }) => !isCovered(table))
    .map((one) => {
      const heirs = heirsOf(one.table, byKey);
      const only = heirs.length > 0 && isSplit(one.table);
      if (heirs.length === 0 || only) return { ...one, only };
      const names = heirs.map(({ table }) => table.table).join(', ');
      return {
        ...one,
        only,
        remarks: [...one.remarks, `Rows of ${names}, which inherit from it, are among them.`],
      };
    });
}

function heirsOf(table: Relation, byKey: Map<string, Owned>): Owned[] {
  if (table.kind === 'partitioned') return [];
  return table.children.flatMap((name) => byKey.get(tableKey(name)) ?? []);
}
