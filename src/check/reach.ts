import { type DatabaseSchema, findRelation, type TableName, tableKey } from '../catalog/database-schema.ts';
import { type Reached, reachableFrom } from '../catalog/reach.ts';
import { parseTable, quoteKey } from '../config/names.ts';
import type { LeftOut } from '../config/resolved.ts';
import type { Place, Report } from './finding.ts';
import type { Reading } from './reading.ts';
import { nameOf } from './sql-names.ts';

/** Reports tables whose rows lead to a subject and that the config neither exports nor leaves out. */
export function checkReach(
  schema: DatabaseSchema,
  subjects: TableName[],
  known: { read: Reading[]; leftOut: LeftOut[] },
  place: Place,
  report: Report,
): void {
  const named = new Set([
    ...[...subjects, ...known.read.flatMap((reading) => readTables(schema, reading))].map(tableKey),
    ...known.leftOut.flatMap(({ what }) => {
      const table = parseTable(what);
      return table === null ? [] : [tableKey(table)];
    }),
  ]);
  for (const reached of subjects.flatMap((subject) => reachableFrom(schema, subject))) {
    const key = tableKey(reached);
    if (named.has(key)) continue;
    named.add(key);
    const name = nameOf(reached);
    report(
      'table-unlisted',
      place,
      `nobody has said whether the table ${name} leaves, whose rows belong to one of ${nameOf(subjectOf(reached))} ${wayWords(reached)}`,
      `add a category for it, or leave it out with a reason, e.g. leftOut: { ${quoteKey(name)}: 'internal' }`,
    );
  }
}

/** With those that inherit from it, whose rows leave with its own; what they have more is another finding. */
function readTables(schema: DatabaseSchema, { only, ...name }: TableName & { only: boolean }): TableName[] {
  const children = only ? [] : (findRelation(schema, name)?.children ?? []);
  return [name, ...children.flatMap((child) => readTables(schema, { ...child, only }))];
}

function subjectOf({ way }: Reached): TableName {
  return way.at(-1)?.to ?? { schema: '', table: '' };
}

/** `by account_id`, `by order_id through orders`, and how sure that is. */
function wayWords({ way: [first, ...further] }: Reached): string {
  const through =
    further.length === 0 ? '' : ` through ${further.map(({ from }) => nameOf(from)).join(', ')}`;
  const sure = first?.by === 'foreign-key' ? '' : ', going by its name';
  return `by ${first?.columns.join(', ') ?? ''}${through}${sure}`;
}
