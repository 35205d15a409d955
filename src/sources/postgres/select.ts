import { escapeIdentifier, escapeLiteral } from 'pg';
import type { Hop, KeyRange, Selection } from '../source.ts';
import { type Catalog, type CatalogColumn, readingOf } from './columns.ts';

/** The rows of a selection as a FROM and WHERE clause on alias `t`; `sample` goes behind the table's name. */
export function scopeOf(
  selection: Selection,
  catalog: Catalog,
  subject: string,
  options: { range?: KeyRange; sample?: string } = {},
): string {
  const conditions = [belongs(selection, catalog, subject)];
  // On lines of its own: a comment at the end of the predicate must not swallow the bracket.
  if (selection.where) conditions.push(`(\n${selection.where}\n)`);
  const key = firstKey(selection, catalog);
  if (key && options.range) conditions.push(...inRange(key, options.range));
  return `from ${qualified(selection)} t ${options.sample ?? ''} where ${conditions.join(' and ')}`;
}

/** The statement whose rows the transcoder reads. */
export function selectRows(
  selection: Selection,
  catalog: Catalog,
  subject: string,
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
  return `select count(*)::text, (count(*)${kept})::text from ${qualified(selection)} t where ${belongs(selection, catalog, subject)}`;
}

/** The type of the column that holds the subject's id. */
export function subjectColumn(selection: Selection, catalog: Catalog): CatalogColumn {
  return columnOf(catalog.hops.at(-1) ?? catalog.table, selection.belongsTo.column);
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

function belongs(selection: Selection, catalog: Catalog, subject: string): string {
  const { column, through = [] } = selection.belongsTo;
  const literal = literalOf(subject, subjectColumn(selection, catalog));
  if (through.length === 0) return `t.${escapeIdentifier(column)} = ${literal}`;
  const conditions = through.flatMap((hop, index) =>
    joinsOn(hop, index === 0 ? 't' : `hop${index}`, `hop${index + 1}`),
  );
  conditions.push(`hop${through.length}.${escapeIdentifier(column)} = ${literal}`);
  const tables = through.map((hop, index) => `${qualified(hop)} hop${index + 1}`);
  return `exists (select from ${tables.join(', ')} where ${conditions.join(' and ')})`;
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

function qualified({ schema, table }: { schema: string; table: string }): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
}

/** `readCatalog` has checked that it is there. */
function columnOf(table: { columns: Map<string, CatalogColumn> }, name: string): CatalogColumn {
  const column = table.columns.get(name);
  if (!column) throw new Error(`The catalog was read without the column "${name}".`);
  return column;
}
