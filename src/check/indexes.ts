import { type DatabaseSchema, findRelation, type Index, type Relation } from '../catalog/database-schema.ts';
import type { CheckedWay } from './belonging.ts';

/** A table that is asked for the rows in which some columns equal something. */
export interface IndexNeed {
  relation: Relation;
  /** Those that tell one subject from another first, then constants. */
  columns: string[];
}

/** What one way asks of each of its tables. From the subject's end: each table is found by the one behind it. */
export function needsOfWay(relation: Relation, { way, hops }: CheckedWay): IndexNeed[] {
  const through = way.through ?? [];
  const constants = (index: number) => Object.keys((index === 0 ? way.is : through[index - 1]?.is) ?? {});
  return [relation, ...hops].map((table, index) => {
    const onward = through[index];
    const columns = onward === undefined ? [way.column] : Object.keys(onward.on);
    return { relation: table, columns: [...new Set([...columns, ...constants(index)])] };
  });
}

/** Below so many rows a table is read at once whatever its indexes are. */
const FEW_ROWS = 1000;

/** The tables that have no index for it: the one that is asked, or those that inherit from it. */
export function missingIndexes(
  { relation, columns }: IndexNeed,
  { only, where }: { only: boolean; where: string },
  schema: DatabaseSchema,
): IndexNeed[] {
  const children =
    relation.kind === 'table' && !only
      ? relation.children.flatMap((name) => findRelation(schema, name) ?? [])
      : [];
  return [relation, ...children]
    .filter(({ kind }) => kind === 'table' || kind === 'partitioned' || kind === 'materialised-view')
    .filter(({ estimatedRows }) => estimatedRows === null || estimatedRows >= FEW_ROWS)
    .filter(({ indexes }) => !indexes.some((index) => serves(index, columns, where)))
    .map((table) => ({ relation: table, columns }));
}

/** An index that begins with one of the columns, and holds the rows that are wanted. */
function serves({ columns, isValid, method, predicate }: Index, wanted: string[], where: string): boolean {
  const [first] = columns;
  if (!isValid || typeof first !== 'string' || !wanted.includes(first)) return false;
  if (method !== 'btree' && method !== 'hash') return false;
  if (predicate === null) return true;
  const asked = plain(predicate);
  return asked === `${plain(first)}isnotnull` || plain(where).includes(asked);
}

/** A predicate as Postgres prints it and as a person writes it have brackets, blanks and the alias between them. */
function plain(predicate: string): string {
  return predicate
    .toLowerCase()
    .replace(/\bt\./g, '')
    .replace(/[\s()"]|::\w+/g, '');
}
