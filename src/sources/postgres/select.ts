import { escapeIdentifier, escapeLiteral } from 'pg';
import type { Hop, KeyRange, Selection, Way } from '../source.ts';
import { type Catalog, type CatalogWay, readingOf } from './columns.ts';
import type { CatalogColumn, CatalogTable } from './tables.ts';

/**
 * The rows of a selection as a FROM and WHERE clause on alias `t`; `sample` goes behind the table's name. Without a
 * subject (null) they are those of nobody, planned as for anybody.
 */
export function scopeOf(
  selection: Selection,
  catalog: Catalog,
  subject: string | null,
  options: { range?: KeyRange; sample?: string } = {},
): string {
  const key = firstKey(selection, catalog);
  const ranged = key && options.range ? inRange(key, options.range) : [];
  const conditions = [belongs(selection, catalog, subject, ranged)];
  // On lines of its own: a comment at the end of the predicate must not swallow the bracket.
  if (selection.where) conditions.push(`(\n${selection.where}\n)`);
  conditions.push(...ranged);
  return `from ${tableOf(selection)} t ${options.sample ?? ''} where ${conditions.join(' and ')}`;
}

/** The statement whose rows the transcoder reads. */
export function selectRows(
  selection: Selection,
  catalog: Catalog,
  subject: string | null,
  range?: KeyRange,
): string {
  const columns = selection.columns.map(
    ({ column }) => readingOf(columnOf(catalog.table, column), `t.${escapeIdentifier(column)}`).expression,
  );
  const order = selection.orderBy.map((column) => keyOf(columnOf(catalog.table, column)));
  const orderBy = order.length > 0 ? ` order by ${order.join(', ')}` : '';
  return `select ${columns.join(', ')} ${scopeOf(selection, catalog, subject, { range })}${orderBy}`;
}

/**
 * How many rows belong to the subject, and how many of them `where` keeps: a null of it keeps none. One pass, without
 * ranges, columns or order.
 */
export function countRows(selection: Selection, catalog: Catalog, subject: string): string {
  const kept = selection.where ? ` filter (where (\n${selection.where}\n))` : '';
  const mine = belongs(selection, catalog, subject, []);
  return `select count(*)::text, (count(*)${kept})::text from ${tableOf(selection)} t where ${mine}`;
}

/** The column that holds the subject's id, at the end of a way. */
export function subjectColumn({ table }: Catalog, { way, hops }: CatalogWay): CatalogColumn {
  return columnOf(hops.at(-1) ?? table, way.column);
}

/** The constants of a way, of the table and of its hops, each as a literal of its column's type. */
export function constantsOf({ table }: Catalog, { way, hops }: CatalogWay): Constant[] {
  const of = (is: Way['is'], place: CatalogTable) =>
    Object.entries(is ?? {}).map(([name, value]) => ({
      column: name,
      value,
      literal: literalOf(value, columnOf(place, name)),
    }));
  const ofHops = (way.through ?? []).flatMap((hop, index) => of(hop.is, hops[index] as CatalogTable));
  return [...of(way.is, table), ...ofHops];
}

export interface Constant {
  column: string;
  value: string;
  literal: string;
}

/** The first column of the order, which cuts key ranges; null when there is no order. */
export function firstKey(selection: Selection, catalog: Catalog): CatalogColumn | null {
  const name = selection.orderBy[0];
  return name === undefined ? null : columnOf(catalog.table, name);
}

/** Text is ordered and cut by its bytes, so that the rows stand in the same order whatever the server's locale is. */
export function keyOf(column: CatalogColumn): string {
  return `t.${escapeIdentifier(column.name)}${column.needsCollation ? ' collate "C"' : ''}`;
}

/**
 * A literal of the column's type. The subject's id is user input, and COPY takes no parameters: the driver's own
 * function quotes it (also where `standard_conforming_strings` is off), and the cast keeps the column's index usable.
 */
export function literalOf(value: string, column: CatalogColumn): string {
  return `${escapeLiteral(value)}::${typeOf(column)}`;
}

/** By its catalog name, and without the length of the column: `'abc'::char` would be cut to one letter. */
export function typeOf({ type }: CatalogColumn): string {
  return `${escapeIdentifier(type.schema)}.${escapeIdentifier(type.name)}`;
}

/**
 * Several ways that are columns of the table are an OR, which the indexes of these columns answer together. With a way
 * through other tables an OR would read the whole table to ask each row; so each way finds its own rows, by the index
 * that it has, and their addresses are put together. Only where rows have no address (a view) it stays an OR.
 */
function belongs(selection: Selection, catalog: Catalog, subject: string | null, ranged: string[]): string {
  const each = catalog.ways.map((way) => ({ way, condition: follows(catalog, way, subject) }));
  const [first, ...others] = each;
  if (first === undefined) return 'false';
  if (others.length === 0) return first.condition;
  if (!catalog.table.hasAddresses || each.every(({ way }) => way.hops.length === 0)) {
    return `(${each.map(({ condition }) => condition).join(' or ')})`;
  }
  const found = each.map(
    ({ condition }) =>
      `select t.tableoid, t.ctid from ${tableOf(selection)} t where ${[condition, ...ranged].join(' and ')}`,
  );
  return `(t.tableoid, t.ctid) in (${found.join(' union ')})`;
}

/** Whether a row of `t` belongs to the subject in this way. */
function follows(catalog: Catalog, found: CatalogWay, subject: string | null): string {
  const { way, hops } = found;
  const column = subjectColumn(catalog, found);
  const literal = subject === null ? `(select null::${typeOf(column)})` : literalOf(subject, column);
  const own = equals('t', way.is, catalog.table);
  if (hops.length === 0) return bracketed([`t.${escapeIdentifier(way.column)} = ${literal}`, ...own]);
  const through = way.through ?? [];
  const conditions = through.flatMap((hop, index) => [
    ...joinsOn(hop, index === 0 ? 't' : `hop${index}`, `hop${index + 1}`),
    ...equals(`hop${index + 1}`, hop.is, hops[index] as CatalogTable),
  ]);
  conditions.push(`hop${hops.length}.${escapeIdentifier(way.column)} = ${literal}`);
  const tables = through.map((hop, index) => `${qualified(hop)} hop${index + 1}`);
  return bracketed([`exists (select from ${tables.join(', ')} where ${conditions.join(' and ')})`, ...own]);
}

function bracketed(conditions: string[]): string {
  return conditions.length > 1 ? `(${conditions.join(' and ')})` : (conditions[0] ?? 'true');
}

function equals(alias: string, is: Way['is'], table: CatalogTable): string[] {
  return Object.entries(is ?? {}).map(
    ([column, value]) =>
      `${alias}.${escapeIdentifier(column)} = ${literalOf(value, columnOf(table, column))}`,
  );
}

function joinsOn(hop: Hop, outer: string, inner: string): string[] {
  return Object.entries(hop.on).map(
    ([left, right]) => `${outer}.${escapeIdentifier(left)} = ${inner}.${escapeIdentifier(right)}`,
  );
}

/** Ranges share no row and miss none: nulls come last in Postgres' order, so they belong to the last range. */
function inRange(column: CatalogColumn, { from, to }: KeyRange): string[] {
  const key = keyOf(column);
  const conditions: string[] = [];
  if (to !== null) conditions.push(`${key} < ${literalOf(to, column)}`);
  if (from !== null) {
    const isAbove = `${key} >= ${literalOf(from, column)}`;
    conditions.push(to === null && column.isNullable ? `(${isAbove} or ${key} is null)` : isAbove);
  }
  return conditions;
}

function tableOf(selection: Selection): string {
  return `${selection.only ? 'only ' : ''}${qualified(selection)}`;
}

function qualified({ schema, table }: { schema: string; table: string }): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
}

/** `readCatalog` has checked that it is there. */
function columnOf(table: { columns: Map<string, CatalogColumn> }, name: string): CatalogColumn {
  const column = table.columns.get(name);
  if (!column) throw new Error(`The catalog was read without the column "${name}".`);
  return column;
}
