import type { ChatColumn, ChatEntity } from '../config/resolved.ts';
import { HandoverError } from '../errors.ts';
import { quoteIdentifier, quoteLiteral } from '../sources/postgres/quote.ts';
import type { Query } from '../sources/source.ts';
import type { ApiField } from './api-fields.ts';
import type { InstantStyle } from './request.ts';
import { both, sqlValueOf, type Value } from './values.ts';

/** One key of an object on its way out. */
export interface OutputColumn extends Value {
  key: string;
  /** How csv prints it. */
  isInstant: boolean;
  /** Paths to leave out inside its JSON. */
  omit: string[][];
}

/** What a caller puts together for a `made` field: SQL, and what stays behind inside of it. */
export type Made = string | (Partial<Value> & { row: string; isInstant?: boolean; omit?: string[][] });

/**
 * The keys of an entity's objects in their order: fields of the API, then columns of the product's own (beside them,
 * or under `custom` where instants are nanoseconds, as v2 has it). A made field that the caller did not make is left out.
 */
export function columnsOf(
  entity: ChatEntity,
  fields: Record<string, ApiField>,
  { alias, style, made = {} }: { alias: string; style: InstantStyle; made?: Record<string, Made | null> },
): OutputColumn[] {
  refuseLostOmissions(entity, fields);
  const columns = Object.entries(fields).flatMap(([key, field]) => {
    const product = entity.fields[key];
    if (field.stands === 'hidden') return [];
    if (field.stands === 'made') return madeColumn(key, made[key] ?? null);
    if (!product && !(field.stands === 'always' || (field.stands === 'v2' && style === 'nanoseconds')))
      return [];
    const value = sqlValueOf(field.kind, columnOrSince(entity, key, alias), {
      style,
      otherwise: field.otherwise,
    });
    return [{ key, ...value, isInstant: field.kind === 'instant', omit: product?.omit ?? [] }];
  });
  const custom = Object.entries(entity.custom).map(([key, column]) => ({
    key,
    ...sqlValueOf('json', columnSql(alias, column), { style }),
    isInstant: false,
    omit: column.omit,
  }));
  return style === 'nanoseconds' ? [...columns, nested('custom', custom)] : [...columns, ...custom];
}

/** A query whose rows are objects with these keys. The names of its columns are numbers: keys may be longer than names. */
export function queryOf(name: string, columns: OutputColumn[], { ctes, from }: Statement): Query {
  const select = columns.map(({ row }, index) => `${row} as c${index}`).join(',\n  ');
  return {
    name,
    sql: `${withClause(ctes)}select ${select}\n${from}`,
    columns: columns.map(({ key, omit }, index) => ({
      column: `c${index}`,
      key,
      ...(omit.length > 0 && { omit }),
    })),
  };
}

/** The tables of a statement: named subqueries (`people as (…)`), and everything from `from` on. */
export interface Statement {
  ctes: string[];
  from: string;
}

export function withClause(ctes: string[]): string {
  return ctes.length === 0 ? '' : `with ${ctes.join(',\n')}\n`;
}

/** SQL of one JSON object with these keys. */
export function objectSql(columns: OutputColumn[]): string {
  const select = columns.map(({ key, json }) => `${json} as ${quoteIdentifier(key)}`).join(', ');
  return `(select pg_catalog.row_to_json(o) from (select ${select}) o)`;
}

/** The paths that stay behind when objects with these keys stand inside of other objects; lists are looked through. */
export function omissionsOf(columns: OutputColumn[], ...under: string[]): string[][] {
  return columns.flatMap(({ key, omit }) => omit.map((path) => [...under, key, ...path]));
}

export function columnSql(alias: string, { column }: Pick<ChatColumn, 'column'>): string {
  return `${alias}.${quoteIdentifier(column)}`;
}

/** A field that the entity must have, which the config has checked. */
export function fieldSql(entity: ChatEntity, field: string, alias: string): string {
  const column = entity.fields[field];
  if (!column) throw new Error(`The chat config of ${entity.table} does not say which column is ${field}.`);
  return columnSql(alias, column);
}

/** The same for a field that may be missing: then null. */
export function findFieldSql(entity: ChatEntity, field: string, alias: string): string | null {
  const column = entity.fields[field];
  return column ? columnSql(alias, column) : null;
}

/** Literals between commas, each without a type, so that it takes that of the column it is compared with. */
export function literals(values: string[]): string {
  return values.map(quoteLiteral).join(', ');
}

/** A path inside of a field that is handed out as text would not be found there any more. */
function refuseLostOmissions(entity: ChatEntity, fields: Record<string, ApiField>): void {
  for (const [key, { column, omit }] of Object.entries(entity.fields)) {
    const kind = fields[key]?.kind;
    if (omit.length === 0 || kind === 'list' || kind === 'object') continue;
    const message = `chat: "${key}" of the table "${entity.table}" is no JSON in the API, so nothing inside of "${column}" can be left out. Exclude the column, or hand it out under custom.`;
    throw new HandoverError('config_invalid', message, { details: { field: key, column } });
  }
}

/** What was never changed was last changed when it was made. */
function columnOrSince(entity: ChatEntity, key: string, alias: string): string | null {
  const column = findFieldSql(entity, key, alias);
  const createdAt = findFieldSql(entity, 'created_at', alias);
  if (key !== 'updated_at' || !createdAt) return column;
  return column ? `coalesce(${column}, ${createdAt})` : createdAt;
}

function madeColumn(key: string, made: Made | null): OutputColumn[] {
  if (made === null) return [];
  const value = typeof made === 'string' ? { ...both(made) } : { ...made, json: made.json ?? made.row };
  return [{ isInstant: false, omit: [], ...value, key }];
}

function nested(key: string, columns: OutputColumn[]): OutputColumn {
  const sql = columns.length === 0 ? "'{}'::json" : objectSql(columns);
  return { key, ...both(sql), isInstant: false, omit: omissionsOf(columns) };
}
