import {
  type DatabaseSchema,
  type ForeignKey,
  findColumn,
  type Relation,
  tableKey,
} from '../catalog/database-schema.ts';
import { type Link, nameOf, roleOf } from './link.ts';
import { linkByName, namingOf } from './links-by-name.ts';
import { historyLinks, loginLinks } from './links-without-keys.ts';

/**
 * Every link between these tables. Where a foreign key is declared, the name of its column counts no more; nor where
 * another column says which table is meant (`pairs`).
 */
export function findLinks(
  schema: DatabaseSchema,
  tables: Relation[],
  subject: Relation,
  pairs: { table: Relation; idColumn: string }[],
): Link[] {
  const known = new Map(tables.map((table) => [tableKey(table), table]));
  const naming = namingOf(schema, tables, subject);
  return tables.flatMap((from) => {
    const foreignKeys = foreignKeysOf(from, known);
    const declared = foreignKeys
      .filter(({ referenced }) => known.has(tableKey(referenced)))
      .map(({ columns, referenced }): Link => {
        const { schema, table } = referenced;
        return {
          from: nameOf(from),
          to: { schema, table },
          on: Object.fromEntries(
            columns.map((column, index) => [column, referenced.columns[index] ?? column]),
          ),
          isDeclared: true,
          isNullable: columns.some((name) => findColumn(from, name)?.isNullable !== false),
          role: roleOf(columns.at(-1) ?? ''),
        };
      });
    const ofPairs = pairs.flatMap(({ table, idColumn }) => (table === from ? [idColumn] : []));
    const taken = new Set([...foreignKeys.flatMap(({ columns }) => columns), ...ofPairs]);
    const named = from.columns
      .filter(({ name }) => !taken.has(name))
      .flatMap((column) => linkByName(from, column, naming) ?? []);
    const all = [...declared, ...named, ...historyLinks(from, tables), ...loginLinks(from, naming)];
    return all.sort((one, other) => placeOf(from, one) - placeOf(from, other));
  });
}

/** Those of tables that it inherits from too: Postgres does not pass them on, and yet the columns mean the same. */
function foreignKeysOf(table: Relation, known: Map<string, Relation>): ForeignKey[] {
  const inherited = table.inheritsFrom.flatMap((name) => {
    const parent = known.get(tableKey(name));
    return parent ? foreignKeysOf(parent, known) : [];
  });
  const own = new Set(table.foreignKeys.map(({ columns }) => columns.join()));
  return [...table.foreignKeys, ...inherited.filter(({ columns }) => !own.has(columns.join()))];
}

/** Links in the order of their columns: those of the catalog are in the order of the keys' names. */
function placeOf({ columns }: Relation, { on }: Link): number {
  return columns.findIndex(({ name }) => name in on);
}
