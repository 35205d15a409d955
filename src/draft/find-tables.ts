import { type DatabaseSchema, findColumn, type Relation, tableKey } from '../catalog/database-schema.ts';
import { coverInherited, type Found } from './cover-inherited.ts';
import { draftable } from './find-subject.ts';
import { type StayingTable, stayingTable } from './framework-tables.ts';
import type { Link } from './link.ts';
import { findLinks } from './links.ts';
import { hasContentType, type PolymorphicPair, reachPolymorphic } from './polymorphic.ts';
import { reachBack } from './reach-back.ts';
import { findOwned, type Owned, reach, type Subject } from './ways.ts';

/** Every table of a database, by what it is to the subject. */
export interface FoundTables {
  /** The subject first, then by distance and name. */
  owned: Found[];
  staying: { table: Relation; why: StayingTable; question: string | null }[];
  /** Referred to by exported rows, and nobody's own. */
  lookedUp: Relation[];
  unreached: { table: Relation; question: string | null }[];
  /** Views and foreign tables, which are not drafted. */
  notDrafted: Relation[];
  links: Link[];
}

/** Tells owned tables from lookups, and from those that have nothing to do with the subject. */
export function findTables(schema: DatabaseSchema, subject: Subject, pairs: PolymorphicPair[]): FoundTables {
  const tables = draftable(schema);
  const links = findLinks(schema, tables, subject.table, pairs);
  const why = new Map(tables.map((table) => [table, table === subject.table ? null : stayingTable(table)]));
  const owned = findOwned(subject, tables, links);
  const ground = { subject, tables, links, allowsHandlers: false };
  const isLeftOut = (table: Relation) => why.get(table) !== null;
  reachBack(ground, owned, isLeftOut);
  reach(ground, owned);
  reachPolymorphic(subject, pairs, owned);
  reach({ ...ground, allowsHandlers: true }, owned);
  reachBack(ground, owned, isLeftOut);
  reach({ ...ground, allowsHandlers: true }, owned);

  const covered = coverInherited([...owned.values()]);
  const read = covered.flatMap((found) => {
    const isKept = (why.get(found.table) ?? null) !== null;
    return isKept ? [] : [{ found, problem: whyUnreadable(found) }];
  });
  const exported = read.flatMap(({ found, problem }) => (problem === null ? [found] : []));
  const staying = [
    ...tables.flatMap((table) => {
      const reason = why.get(table);
      return reason ? [{ table, why: reason, question: null }] : [];
    }),
    ...read.flatMap(({ found: { table }, problem }) =>
      problem === null
        ? []
        : [{ table, why: { reason: 'internal' as const, remark: 'it cannot be read' }, question: problem }],
    ),
  ];
  const lookedUp = lookedUpFrom(
    exported,
    tables,
    links,
    (table) => owned.has(tableKey(table)) || why.get(table) !== null,
  );
  const unreached = tables.filter(
    (table) => !owned.has(tableKey(table)) && !why.get(table) && !lookedUp.includes(table),
  );
  return {
    owned: exported.sort(
      (one, other) => one.distance - other.distance || (one.table.table < other.table.table ? -1 : 1),
    ),
    staying,
    lookedUp,
    unreached: unreached.map((table) => ({ table, question: unreachedQuestion(table, subject, links) })),
    notDrafted: schema.relations.filter(
      ({ kind, extension }) => kind !== 'table' && kind !== 'partitioned' && extension === null,
    ),
    links,
  };
}

/** What an export would be refused for; null when it can be read. */
function whyUnreadable({ table, ways }: Found): string | null {
  if (table.rowSecurity.bindsRole) {
    return 'Row-level security hides rows from the role, so the read is refused. Which role may read it whole?';
  }
  const needed = [...(table.primaryKey ?? []), ...ways.map((way) => ownColumn(way))];
  const hidden = needed.filter((name) => findColumn(table, name)?.isReadable === false);
  if (hidden.length === 0 && table.columns.some(({ isReadable }) => isReadable)) return null;
  return `The role may not read ${hidden.length > 0 ? hidden.join(', ') : 'any column'}. Should it be granted?`;
}

function ownColumn({ column, through }: Owned['ways'][number]): string {
  const [first] = through ?? [];
  return first === undefined ? column : (Object.keys(first.on)[0] ?? column);
}

function lookedUpFrom(
  exported: Found[],
  tables: Relation[],
  links: Link[],
  isDecided: (table: Relation) => boolean,
): Relation[] {
  const seen = new Set(exported.map(({ table }) => tableKey(table)));
  const found: Relation[] = [];
  for (let grew = true; grew; ) {
    grew = false;
    for (const { from, to } of links) {
      const table = tables.find((one) => tableKey(one) === tableKey(to));
      if (!table || !seen.has(tableKey(from)) || seen.has(tableKey(to)) || isDecided(table)) continue;
      seen.add(tableKey(to));
      found.push(table);
      grew = true;
    }
  }
  return found.sort((one, other) => (one.table < other.table ? -1 : 1));
}

function unreachedQuestion(table: Relation, subject: Subject, links: Link[]): string | null {
  const toSubject = links.filter(
    ({ from, to }) => tableKey(from) === tableKey(table) && tableKey(to) === tableKey(subject.table),
  );
  if (toSubject.length > 0) {
    const columns = toSubject.flatMap(({ on }) => Object.keys(on)).join(', ');
    return `Its rows name the subject in ${columns} only, as somebody who touched them. Are they the subject's? Then add a category.`;
  }
  if (hasContentType(table)) {
    return "Django's content_type_id and object_id say whose a row is. Is any the subject's? Then write `is: { content_type_id: '…' }` with the number of its content type.";
  }
  return null;
}
